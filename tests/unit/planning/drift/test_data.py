"""Databases and buckets that are gone refuse the plan; nobody is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.errors import PreflightError, TemporaryError
from include.planning.drift import data, refuse_gone_data
from tests.builders.runs import run as lab_run


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Hold the databases and buckets that are there."""
    names = {"shop", "warehouse", "product-pictures"}
    definition = lab_run(Path("unused")).definition
    names |= {one.database for one in definition.databases}
    names |= {one.source.bucket for one in definition.buckets}
    monkeypatch.setattr(data, "database_size", lambda access, name: 5 if name in names else None)
    monkeypatch.setattr(data, "open_storage", lambda access: None)
    monkeypatch.setattr(data, "bucket_exists", lambda client, name: name in names)
    return names


@pytest.mark.usefixtures("there")
def test_what_is_there_is_no_problem(tmp_path: Path) -> None:
    refuse_gone_data(lab_run(tmp_path))


def test_all_that_is_gone_is_named_at_once(tmp_path: Path, there: set[str]) -> None:
    there.clear()
    with pytest.raises(PreflightError) as caught:
        refuse_gone_data(lab_run(tmp_path))
    assert len(caught.value.problems) == 3
    assert caught.value.problems[0].startswith("database shop-orders, source pg.source.lab:5432: ")
    assert all(
        "is gone since the plan was made; make it available again" in one for one in caught.value.problems
    )


def test_a_server_that_does_not_answer_is_asked_again_later(
    tmp_path: Path, there: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise ConnectionRefusedError("no")

    monkeypatch.setattr(data, "database_size", away)
    with pytest.raises(TemporaryError, match="database shop-orders"):
        refuse_gone_data(lab_run(tmp_path))
