from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from include.errors import PermanentError
from include.volumes.output import (
    Tree,
    has_summary,
    progress_line,
    read_summary,
    read_top,
    read_tree,
    seems_same,
)
from include.volumes.scripts import FOLDER, script_text, standby_text

SHELLS = [
    pytest.param(["busybox", "sh"], id="busybox"),
    pytest.param(["sh"], id="the machine's own"),
]


def make_tree(folder: Path) -> Path:
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "plain").write_text("one")
    (folder / "a" / "b" / "an odd name's \\ \" $x").write_text("two")
    (folder / "empty").mkdir()
    (folder / "link").symlink_to("a/plain")
    (folder / "lost+found").mkdir()
    os.mkfifo(folder / "pipe")
    (folder / "hard").hardlink_to(folder / "a" / "plain")
    for path in sorted(folder.rglob("*"), reverse=True):
        os.utime(path, (1_700_000_000, 1_700_000_000), follow_symlinks=False)
    return folder


def tree_of(folder: Path, shell: list[str], remembered: Path | None = None) -> Tree:
    return read_tree(printed_tree(folder, shell, remembered))


def printed_tree(folder: Path, shell: list[str], remembered: Path | None = None) -> str:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not installed")
    script = f"set -eu\n{(FOLDER / 'tree.sh').read_text()}\nprint_tree {folder}"
    environment = {**os.environ, "REMEMBERED": str(remembered or "")}
    return subprocess.run(
        [*shell, "-c", script], capture_output=True, text=True, check=True, env=environment
    ).stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_equal_trees_have_equal_hashes(tmp_path: Path, shell: list[str]) -> None:
    first, second = make_tree(tmp_path / "first"), make_tree(tmp_path / "second")
    assert tree_of(first, shell) == tree_of(second, shell)
    assert tree_of(first, shell).entries == 8


CHANGES = {
    "content": lambda folder: _rewrite(folder / "a" / "plain", "oNe"),
    "rights": lambda folder: (folder / "a" / "plain").chmod(0o600),
    "time": lambda folder: os.utime(folder / "empty", (1_700_000_001, 1_700_000_001)),
    "link target": lambda folder: _relink(folder / "link"),
    "a new empty folder": lambda folder: (folder / "a" / "more").mkdir(),
    "a missing file": lambda folder: (folder / "a" / "plain").unlink(),
    "rights of the top": lambda folder: folder.chmod(0o700),
    "a hard link that became a file of its own": lambda folder: _part(
        folder / "hard", folder / "a" / "plain"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_difference_shows(tmp_path: Path, change: str) -> None:
    folder = make_tree(tmp_path / "volume")
    before = tree_of(folder, ["busybox", "sh"])
    CHANGES[change](folder)
    assert tree_of(folder, ["busybox", "sh"]) != before


@pytest.mark.parametrize("shell", SHELLS)
def test_a_remembered_hash_is_the_whole_hash(tmp_path: Path, shell: list[str]) -> None:
    folder = plain_tree(tmp_path / "volume")
    for change in (lambda: None, lambda: _rewrite(folder / "one", "uno"), (folder / "two").unlink):
        change()
        assert tree_of(folder, shell, tmp_path / "digests") == tree_of(folder, shell)


@pytest.mark.parametrize("shell", SHELLS)
def test_only_what_was_touched_is_read_again(tmp_path: Path, shell: list[str]) -> None:
    folder, digests = plain_tree(tmp_path / "volume"), tmp_path / "digests"
    time.sleep(3.1)
    tree_of(folder, shell, digests)
    lines = digests.read_text().splitlines()
    digests.write_text("".join(f"{'0' * 64}{line[64:]}\n" for line in lines))
    _rewrite(folder / "one", "eno")
    tree_of(folder, shell, digests)

    known = {line.rpartition("|")[2]: line[:64] for line in digests.read_text().splitlines()}
    assert len(lines) == 3
    # What changed within the last two seconds is not remembered, even with the time of its last writing set back.
    assert known == {"./two": "0" * 64, "./three": "0" * 64}


def plain_tree(folder: Path) -> Path:
    folder.mkdir()
    for name in ("one", "two", "three"):
        _rewrite(folder / name, name)
    return folder


def test_a_mover_that_stands_by_carries_out_each_order_once_and_ends_with_the_last(tmp_path: Path) -> None:
    orders = tmp_path / "order"
    orders.write_text("")
    text = standby_text().replace("/orders/order", str(orders))
    command = ["busybox", "sh", "-c", text, "standby", 'echo "does $PASS"; [ "$PASS" != final ]']
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        seen = []
        for order in ("PASS=ahead", "PASS=final"):
            orders.write_text(order)
            seen += [process.stdout.readline().rstrip() for _ in range(3)] if process.stdout else []
        code = process.wait(10)

    assert seen == [
        "cce-begin PASS=ahead",
        "does ahead",
        "cce-end 0 PASS=ahead",
        "cce-begin PASS=final",
        "does final",
        "cce-end 1 PASS=final",
    ]
    assert code == 1


def test_a_mover_that_is_told_to_end_does_nothing_more(tmp_path: Path) -> None:
    orders = tmp_path / "order"
    orders.write_text("PASS=end SNAPSHOT=")
    text = standby_text().replace("/orders/order", str(orders))
    command = ["busybox", "sh", "-c", text, "standby", "echo does"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    assert done.stdout.splitlines() == ["cce-begin PASS=end SNAPSHOT=", "cce-end 0 PASS=end SNAPSHOT="]
    assert done.returncode == 0


def test_the_file_systems_own_folder_does_not_count(tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "volume")
    before = tree_of(folder, ["busybox", "sh"])
    (folder / "lost+found" / "#1").write_text("a fragment")
    assert tree_of(folder, ["busybox", "sh"]) == before


def test_an_empty_volume_has_a_hash_too(tmp_path: Path) -> None:
    (tmp_path / "volume").mkdir()
    assert tree_of(tmp_path / "volume", ["busybox", "sh"]).entries == 0


@pytest.mark.parametrize("name", ["prepare", "backup", "restore", "hash"])
def test_scripts_are_sound_shell(name: str) -> None:
    if shutil.which("busybox") is None:
        pytest.skip("busybox is not installed")
    done = subprocess.run(["busybox", "sh", "-n"], input=script_text(name), text=True, capture_output=True)  # type: ignore[arg-type]
    assert (done.returncode, done.stderr) == (0, "")


def test_a_mover_without_the_programs_it_needs_is_told() -> None:
    with pytest.raises(PermanentError, match="sha256sum"):
        read_tree("sh: stat: not found")


def test_the_last_summary_counts() -> None:
    text = '{"message_type":"status"}\nnoise\n{"message_type":"summary","bytes_restored":5}\ncce-tree …'
    assert read_summary(text)["bytes_restored"] == 5


def test_progress_is_read_from_the_last_status() -> None:
    text = '{"message_type":"status","total_bytes":2000000,"bytes_done":1000000}\n{"broken'
    assert progress_line(text) == "1 of 2 MB"


def _part(path: Path, other: Path) -> None:
    path.unlink()
    shutil.copy2(other, path)


def _rewrite(path: Path, text: str) -> None:
    path.write_text(text)
    os.utime(path, (1_700_000_000, 1_700_000_000))


def _relink(path: Path) -> None:
    path.unlink()
    path.symlink_to("a/other")
    os.utime(path, (1_700_000_000, 1_700_000_000), follow_symlinks=False)


def backed_up(folder: Path, which: str, shell: list[str], work: Path) -> str:
    """Back a folder up by a restic that only says that it did."""
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not installed")
    restic = work / "restic"
    restic.write_text('#!/bin/sh\necho \'{"message_type": "summary", "snapshot_id": "1"}\'\n')
    restic.chmod(0o755)
    text = script_text("backup").replace("/volume", str(folder))
    for name in ("looked", "tree"):
        text = text.replace(f"/tmp/{name}", str(work / name))
    settings = {"PASS": which, "BUCKET_LOOKUP": "path", "CLAIM": "c", "RUN": "r"}
    environment = {**os.environ, **settings, "PATH": f"{work}:{os.environ['PATH']}"}
    done = subprocess.run([*shell, "-c", text], capture_output=True, text=True, check=True, env=environment)
    return done.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_a_folder_without_a_newer_file_is_hashed_and_not_backed_up(tmp_path: Path, shell: list[str]) -> None:
    folder, work = make_tree(tmp_path / "data"), tmp_path / "work"
    work.mkdir()
    os.utime(folder, (1_700_000_000, 1_700_000_000))
    first = backed_up(folder, "final", shell, work)
    assert (has_summary(first), seems_same(first)) == (True, False), "nothing was looked at before"

    (work / "looked").unlink()
    backed_up(folder, "ahead", shell, work)
    unchanged = backed_up(folder, "final", shell, work)
    assert (has_summary(unchanged), seems_same(unchanged)) == (False, True)
    assert read_tree(unchanged) == read_tree(first)
    assert read_top(unchanged) is not None


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("change", ["written", "removed", "made"])
def test_a_folder_that_was_touched_is_backed_up(tmp_path: Path, shell: list[str], change: str) -> None:
    folder, work = make_tree(tmp_path / "data"), tmp_path / "work"
    work.mkdir()
    backed_up(folder, "ahead", shell, work)
    if change == "removed":
        (folder / "a" / "plain").unlink()
    else:
        (folder / "a" / ("plain" if change == "written" else "new")).write_text("other")
    printed = backed_up(folder, "final", shell, work)
    assert (has_summary(printed), seems_same(printed)) == (True, False)
