"""Data as pgbench has it, with one table that is half of everything, secondary indexes and foreign keys."""

from __future__ import annotations

from benchmarks.mariadb_server import Server

DATABASE = "bench"
SMALL_TABLES = 4
# Bytes of a row with its share of the secondary indexes, as InnoDB stores it.
ROW_BYTES = 180
FILLER = "rpad(md5(seq), 84, ' ')"


def make_data(server: Server, size: int) -> None:
    """Make a database of about `size` bytes."""
    server.execute(f"create database {DATABASE} character set utf8mb4")
    server.execute(
        "create table branches (bid int primary key, filler text not null)",
        f"insert into branches select seq, {FILLER} from seq_1_to_1000",
        database=DATABASE,
    )
    rows = size // ROW_BYTES
    _table(server, "accounts", rows // 2)
    for number in range(SMALL_TABLES):
        _table(server, f"history_{number}", rows // 2 // SMALL_TABLES)


def _table(server: Server, name: str, rows: int) -> None:
    server.execute(
        f"create table {name} (id bigint primary key, bid int not null, balance decimal(12, 2) not null, filler text, "
        "key by_balance (balance), foreign key (bid) references branches (bid))",
        f"insert into {name} select seq, 1 + seq % 1000, (seq * 7919 % 1000000) / 100.0, {FILLER} from seq_1_to_{rows}",
        f"analyze table {name}",
        database=DATABASE,
    )
