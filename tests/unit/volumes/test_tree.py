from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from include.errors import PermanentError
from include.volumes.output import Tree, progress_line, read_summary, read_tree
from include.volumes.scripts import FOLDER, script_text

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
    for path in sorted(folder.rglob("*"), reverse=True):
        os.utime(path, (1_700_000_000, 1_700_000_000), follow_symlinks=False)
    return folder


def tree_of(folder: Path, shell: list[str]) -> Tree:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not installed")
    script = f"set -eu\n{(FOLDER / 'tree.sh').read_text()}\nprint_tree {folder}"
    done = subprocess.run([*shell, "-c", script], capture_output=True, text=True, check=True)
    return read_tree(done.stdout)


@pytest.mark.parametrize("shell", SHELLS)
def test_equal_trees_have_equal_hashes(tmp_path: Path, shell: list[str]) -> None:
    first, second = make_tree(tmp_path / "first"), make_tree(tmp_path / "second")
    assert tree_of(first, shell) == tree_of(second, shell)
    assert tree_of(first, shell).entries == 7


CHANGES = {
    "content": lambda folder: _rewrite(folder / "a" / "plain", "oNe"),
    "rights": lambda folder: (folder / "a" / "plain").chmod(0o600),
    "time": lambda folder: os.utime(folder / "empty", (1_700_000_001, 1_700_000_001)),
    "link target": lambda folder: _relink(folder / "link"),
    "a new empty folder": lambda folder: (folder / "a" / "more").mkdir(),
    "a missing file": lambda folder: (folder / "a" / "plain").unlink(),
    "rights of the top": lambda folder: folder.chmod(0o700),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_difference_shows(tmp_path: Path, change: str) -> None:
    folder = make_tree(tmp_path / "volume")
    before = tree_of(folder, ["busybox", "sh"])
    CHANGES[change](folder)
    assert tree_of(folder, ["busybox", "sh"]) != before


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


def _rewrite(path: Path, text: str) -> None:
    path.write_text(text)
    os.utime(path, (1_700_000_000, 1_700_000_000))


def _relink(path: Path) -> None:
    path.unlink()
    path.symlink_to("a/other")
    os.utime(path, (1_700_000_000, 1_700_000_000), follow_symlinks=False)
