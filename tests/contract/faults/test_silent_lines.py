"""A line that falls silent, without an end of any connection, is noticed within a minute, and the next try ends equal."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from include import silence
from include.connections import DatabaseAccess, DocumentConnections
from include.databases import follow
from include.databases.mariadb import lock, log_stream, talking
from include.databases.mariadb.talking import accompanied
from include.databases.postgresql import stream
from include.databases.postgresql.session import SETTINGS
from include.engines import start_engine
from include.errors import EngineError, TemporaryError
from include.images import relay
from include.objects.direct import connections
from include.planning import storage_client
from include.registries import client as registry
from lab.toxiproxy import Toxiproxy
from tests.builders.moves import SmallMove, database_move
from tests.contract.cloud.servers import HOST, folder_of, user_of_service
from tests.contract.faults.conftest import (
    ENGINES,
    MAKERS,
    SOURCES,
    TARGETS,
    USERS,
    Sides,
    lead_over,
    made_move,
)
from tests.contract.faults.followed import FIRST, Followed, Writer
from tests.contract.faults.networks import Network, Way, own_network
from tests.contract.faults.servers import Service, running

SECONDS_BEFORE = 2.0
# So much sooner than in earnest everything is given up.
TIMES = 8
MOST_SECONDS = 60 / TIMES
# What other work on the machine may take.
SLACK_SECONDS = 8
# boto3 tries five times, and waits longer from one to the next.
RETRYING_SECONDS = {"bucket": 30}
MEGABITS = 6
PACE = {"bucket": 300_000, "image": 2_000_000}
WAITED = (
    (silence, "QUIET_SECONDS"),
    (silence, "ASKING_SECONDS"),
    (silence, "LONGEST_SECONDS"),
    (stream, "QUIET_SECONDS"),
    (stream, "LONGEST_SILENCE_SECONDS"),
    (log_stream, "SILENCE_SECONDS"),
    (lock, "SECONDS_UNTIL_GONE"),
    (talking, "SECONDS_BETWEEN_WORDS"),
    (connections, "SECONDS"),
)
IN_EARNEST = [getattr(module, name) for module, name in WAITED]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for (module, name), seconds in zip(WAITED, IN_EARNEST, strict=True):
        monkeypatch.setattr(module, name, type(seconds)(seconds / TIMES))
    for name in ("tcp_keepalives_idle", "tcp_keepalives_interval"):
        monkeypatch.setitem(SETTINGS, name, str(int(SETTINGS[name]) // TIMES))
    # One try stands for all: how often others follow is asked elsewhere.
    monkeypatch.setattr(registry, "READING_TIMEOUT", 50 / TIMES)
    monkeypatch.setattr(registry, "LONG_TIMEOUT", 50 / TIMES)
    monkeypatch.setattr(relay, "ATTEMPTS", 1)
    monkeypatch.setattr(storage_client, "CONNECT_SECONDS", 0.2)


@dataclass(frozen=True)
class FarSides:
    """Two database servers; packets to one of them may vanish."""

    kind: str
    plain: Service
    far: Service
    network: Network

    def move(self, silent: str, folder: Path, **options: Any) -> SmallMove:
        """Make something to move, to or from the server that may fall silent."""
        ends = (self.far, self.plain) if silent == "source" else (self.plain, self.far)
        documents = {
            name: dict(end.document)
            for name, end in zip((SOURCES[self.kind], TARGETS[self.kind]), ends, strict=True)
        }
        return database_move(self.kind, f"far{time.monotonic_ns()}", documents, folder, **options)


@pytest.fixture(scope="module")
def far_sides() -> Generator[dict[str, FarSides]]:
    with ExitStack() as stack:
        yield {kind: stack.enter_context(_far_sides(kind)) for kind in ENGINES}


@contextmanager
def _far_sides(kind: str) -> Generator[FarSides]:
    user = user_of_service(USERS[kind])
    with own_network() as network, folder_of(user) as one, folder_of(user) as other:
        for folder in (one, other):
            folder.chmod(0o755)
        far = MAKERS[kind](other)
        if kind == "postgresql":
            with (other / "data" / "pg_hba.conf").open("a") as rules:
                rules.write("host all all all scram-sha-256\n")
        moved = [word.replace(f"={HOST}", f"={network.address}") for word in far.command]
        far.command, far.document["host"] = network.command(moved), network.address
        with running(MAKERS[kind](one)) as plain, running(far):
            yield FarSides(kind, plain, far, network)


def test_what_is_waited_for_is_less_than_a_minute() -> None:
    assert max(IN_EARNEST) < 60


def copy_into_silence(move: SmallMove, network: Network) -> None:
    """Copy while all packets begin to vanish, then again when they pass."""
    swallowed = threading.Timer(SECONDS_BEFORE, network.swallow)
    swallowed.start()
    begun = time.monotonic()
    try:
        with pytest.raises(TemporaryError):
            move.copy()
        most = SECONDS_BEFORE + MOST_SECONDS + RETRYING_SECONDS.get(move.kind, 0) + SLACK_SECONDS
        assert time.monotonic() - begun < most
    finally:
        swallowed.join()
        network.heal()


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("kind", ENGINES)
def test_a_database_is_copied_again_when_its_line_has_fallen_silent(
    kind: str, side: str, far_sides: dict[str, FarSides], proxy: Toxiproxy, tmp_path: Path
) -> None:
    sides = far_sides[kind]
    move = sides.move(side, tmp_path)
    line = lead_over(proxy, move, "target" if side == "source" else "source")
    line.narrow(MEGABITS)
    copy_into_silence(move, sides.network)
    line.heal()
    begun = time.monotonic()
    move.copy()
    move.prove()
    # not held up for long by what the server still keeps for the one that is gone
    assert time.monotonic() - begun < MOST_SECONDS + 3 * SLACK_SECONDS


def test_a_program_of_mariadb_is_ended_when_its_server_has_fallen_silent(
    far_sides: dict[str, FarSides],
) -> None:
    sides = far_sides["mariadb"]
    far = DocumentConnections({"far": dict(sides.far.document)}).database("far", "mariadb")
    begun = time.monotonic()
    try:
        with pytest.raises(TemporaryError, match="does not answer any more"):
            run_into_silence(far, sides.network)
    finally:
        sides.network.heal()
    assert time.monotonic() - begun < MOST_SECONDS + SLACK_SECONDS


def run_into_silence(access: DatabaseAccess, network: Network) -> None:
    with start_engine(["sleep", "600"]) as program, accompanied(program, access):
        network.swallow()
        raise EngineError("sleep", "", exit_code=program.wait())


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("kind", ["bucket", "image"], indirect=True)
def test_a_store_is_copied_again_when_its_line_has_fallen_silent(
    kind: str, side: str, sides: Sides, tmp_path: Path
) -> None:
    move = made_move(kind, sides, tmp_path)
    document = move.connections[move.sides[side]]
    extra = document["extra"]
    place = extra["endpoint_url"].removeprefix("http://") if kind == "bucket" else document["host"]
    with own_network() as network, Way(network, place, PACE[kind]) as way:
        if kind == "bucket":
            document["extra"] = {**extra, "endpoint_url": f"http://{way.place}"}
        else:
            document["host"] = way.place
        copy_into_silence(move, network)
        way.pace = 2**30
        move.copy()
        move.prove()


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("kind", ENGINES)
def test_what_is_followed_goes_on_where_it_was(
    kind: str,
    side: str,
    far_sides: dict[str, FarSides],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(follow, "SECONDS_BETWEEN_TRIES", 0.5)
    sides = far_sides[kind]
    move = sides.move(side, tmp_path, rows=3_000, mode="follow")
    followed = Followed(move, move.copy())
    with Writer(followed.source, move.name).writing() as writer, followed.following() as task:
        followed.wait_for(FIRST + 1, task)
        sides.network.swallow()
        begun = time.monotonic()
        while not any("trying again" in text for text in caplog.messages):
            assert time.monotonic() - begun < MOST_SECONDS + SLACK_SECONDS
            time.sleep(0.1)
        sides.network.heal()
        if side == "target":
            followed.wait_for(writer.next_row(), task)
    assert followed.finish() == 0
    assert followed.count(followed.target) == followed.count(followed.source) >= len(writer.written)
