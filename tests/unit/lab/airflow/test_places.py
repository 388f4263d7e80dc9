from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from lab.airflow import places


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A port that another program has; the lab would try it first."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        number: int = server.getsockname()[1]
        monkeypatch.setattr(places, "_FIRST_PORT", number)
        monkeypatch.setattr(places, "_LAST_PORT", number + 50)
        yield number


def test_the_next_free_port_is_taken_and_remembered_when_the_first_is_not_free(taken: int) -> None:
    chosen = places.keep_port(is_ours=False)
    assert taken < chosen <= taken + 50
    assert places.port() == chosen
    assert places.url() == f"http://127.0.0.1:{chosen}"


def test_a_remembered_port_stays_when_the_lab_s_own_server_listens_there(taken: int) -> None:
    places.run_folder().joinpath("port").write_text(str(taken))
    assert places.keep_port(is_ours=True) == taken


def test_a_remembered_port_is_given_up_when_another_program_took_it(taken: int) -> None:
    places.run_folder().joinpath("port").write_text(str(taken))
    assert places.keep_port(is_ours=False) != taken


def test_no_free_port_is_an_error_that_names_the_range(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "_LAST_PORT", taken + 1)
    with pytest.raises(RuntimeError, match=f"from {taken} to {taken + 1}"):
        places.keep_port(is_ours=False)
