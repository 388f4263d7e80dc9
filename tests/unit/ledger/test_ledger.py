"""The ledger keeps one document per item, whole or not at all."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from upath import UPath

from include.errors import LedgerError
from include.ledger import Ledger, Waiver
from tests.builders.runs import RUN_ID, item, ledger, proof


def test_documents_lie_where_the_interface_says(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.write("plan", {"items": []})
    book.record_item("obs_sync", item("pictures"))
    book.record_proof("obs_sync", "pictures", proof())
    book.phase_started("obs_sync")

    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.json"))

    assert files == [
        f"lab/{RUN_ID}/{name}.json"
        for name in ("items/obs_sync/pictures", "phases/obs_sync", "plan", "proofs/obs_sync/pictures")
    ]


@pytest.mark.parametrize("kind", ["path", "text", "file address", "object store"])
def test_a_ledger_works_on_every_kind_of_root(kind: str, tmp_path: Path) -> None:
    root = {
        "path": tmp_path,
        "text": str(tmp_path),
        "file address": UPath(f"file://{tmp_path}"),
        "object store": f"memory://ledger-{tmp_path.name}",
    }[kind]
    book = Ledger(root, "lab", RUN_ID)
    book.write("inventory/deployments.apps", {"name": "Größe"})
    book.record_item("obs_sync", item("a/b"))

    assert book.read("inventory/deployments.apps") == {"name": "Größe"}
    assert book.exists("inventory/deployments.apps")
    assert not book.exists("inventory/other")
    assert book.list("inventory") == ["inventory/deployments.apps"]
    assert [one.key for one in book.items("obs_sync")] == ["a/b"]
    assert book.list("nothing") == []


def test_a_failed_write_leaves_the_old_document_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = ledger(tmp_path)
    book.write("plan", {"version": 1})

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        book.write("plan", {"version": 2})

    assert book.read("plan") == {"version": 1}
    assert [path.name for path in Path(str(book.folder)).iterdir()] == ["plan.json"]


def test_writers_side_by_side_lose_nothing_and_readers_see_whole_documents(tmp_path: Path) -> None:
    book = ledger(tmp_path)

    def write(number: int) -> None:
        book.record_item("obs_sync", item(f"key {number}"))
        book.write("shared", {"numbers": [number] * 500})
        assert len(set(book.read("shared")["numbers"])) == 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(60)))

    assert len(book.items("obs_sync")) == 60


def test_a_missing_document_says_who_would_have_written_it(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"plan\.json does not exist; the step that writes it has not run"):
        ledger(tmp_path).read("plan")


@pytest.mark.parametrize("name", ["../plan", "a//b", "", "a/./b"])
def test_a_name_outside_the_run_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="is not a path below"):
        ledger(tmp_path).write(name, {})


def test_an_item_of_another_phase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="belongs to phase obs_sync, not to cutover"):
        ledger(tmp_path).record_item("cutover", item("pictures"))


def test_proofs_and_waivers_come_back_by_their_original_key(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    key = "Deployment shop/web"
    book.record_proof("verification", key, proof({"pods": 2}, {"pods": 1}))
    book.record_waiver("verification", key, Waiver(by="Head of Platform", reason="the second pod waits"))

    assert book.proofs("verification")[key].target == {"pods": 1}
    assert book.waivers("verification")[key].by == "Head of Platform"
    assert book.proofs("obs_sync") == {}


def test_a_phase_sums_its_items_up_and_keeps_its_first_start(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.phase_started("obs_sync")
    first = book.phase("obs_sync")
    book.phase_started("obs_sync")
    book.record_item("obs_sync", item("a", bytes=10))
    book.record_item("obs_sync", item("b", bytes=5))
    book.phase_finished("obs_sync", "succeeded")

    record = book.phase("obs_sync")

    assert first is not None
    assert record is not None
    assert (record.started, record.items, record.bytes, record.result) == (first.started, 2, 15, "succeeded")
    assert book.phases() == [record]


def test_events_come_back_oldest_first(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    for number in range(12):
        book.event("something happened", number=number)

    assert [event["number"] for event in book.events()] == list(range(12))


def test_documents_are_readable_text(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.write("plan", {"items": [{"key": "Größe"}]})

    text = (tmp_path / "lab" / RUN_ID / "plan.json").read_text(encoding="utf-8")

    assert "Größe" in text
    assert json.loads(text) == {"items": [{"key": "Größe"}]}


def test_an_object_store_is_asked_anew_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    root = UPath("memory://caching/ledger")
    asked: list[str] = []
    monkeypatch.setattr(type(root.fs), "invalidate_cache", lambda *_: asked.append("anew"))
    book = Ledger(root, "lab", RUN_ID)
    book.write("cutover/probe/one", {"finished": False})
    asked.clear()

    book.exists("cutover/probe/one")
    book.list("cutover/probe")
    book.read("cutover/probe/one")

    assert asked == ["anew"] * 3


def test_what_is_removed_is_gone_and_the_rest_stays(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    for key in ("one", "two/of them"):
        book.record_item("obs_sync", item(key))
    book.remove_item("obs_sync", "two/of them")
    book.remove_item("obs_sync", "never there")
    assert [record.key for record in book.items("obs_sync")] == ["one"]


def test_entries_are_read_one_by_one_whatever_their_numbers_are_like(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    entries = [{"n": 1, "f": 1.5}, {"n": 10**20, "a.b": {"item": ["ü"]}}, {"n": None}]
    book.write("inventory/widgets", {"resource": {"plural": "widgets"}, "objects": entries})
    assert list(book.entries("inventory/widgets", "objects")) == entries
    assert book.first("inventory/widgets", "resource") == {"plural": "widgets"}
    with pytest.raises(LedgerError, match="has no kind"):
        book.first("inventory/widgets", "kind")


def test_entries_of_what_is_no_json_are_an_error(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.write("plan", {"items": [{"key": "a"}]})
    (path,) = tmp_path.rglob("plan.json")
    path.write_text(path.read_text()[:-5])
    with pytest.raises(LedgerError, match="is not JSON"):
        list(book.entries("plan", "items"))
    with pytest.raises(LedgerError, match="does not exist"):
        list(book.entries("other", "items"))
