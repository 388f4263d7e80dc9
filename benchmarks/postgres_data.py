"""Data as pgbench has it, with one table that is half of everything, keys and foreign keys."""

from __future__ import annotations

from benchmarks.postgres_server import Server

DATABASE = "bench"
SMALL_TABLES = 4
# Bytes of a row with its key's share of the index, as PostgreSQL 15 stores it.
ROW_BYTES = 150
FILLER = "rpad(md5(i::text), 84, ' ')"


def make_data(server: Server, size: int) -> None:
    """Make a database of about `size` bytes."""
    with server.connect() as session:
        session.execute(f"create database {DATABASE}")
    with server.connect(DATABASE) as session:
        session.execute("create table branches (bid int primary key, filler text not null)")
        session.execute(f"insert into branches select i, {FILLER} from generate_series(1, 1000) i")
        rows = size // ROW_BYTES
        _table(server, "accounts", rows // 2)
        for number in range(SMALL_TABLES):
            _table(server, f"history_{number}", rows // 2 // SMALL_TABLES)


def _table(server: Server, name: str, rows: int) -> None:
    with server.connect(DATABASE) as session:
        session.execute(
            f"create table {name} (id bigint primary key, bid int not null, balance numeric(12, 2) not null, filler text)"
        )
        session.execute(
            f"insert into {name} select i, 1 + i % 1000, (i::bigint * 7919 % 1000000) / 100.0, {FILLER} "
            f"from generate_series(1, {rows}) i"
        )
        session.execute(f"create index on {name} (bid)")
        session.execute(f"alter table {name} add foreign key (bid) references branches (bid)")
        session.execute(f"analyze {name}")
