"""Extended attributes and access lists count in the hash of a volume's tree, where the mover's image has `getfattr`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from include.volumes.output import counts_attributes, read_tree
from include.volumes.scripts import FOLDER

MOMENT = (1_700_000_000, 1_700_000_000)


def two_equal_trees(folder: Path) -> list[Path]:
    trees = [folder / "one", folder / "other"]
    for tree in trees:
        tree.mkdir()
        (tree / "file").write_text("content")
        os.utime(tree / "file", MOMENT)
    return trees


def printed(tree: Path, path: str = os.environ["PATH"]) -> str:
    script = f"set -eu\n{(FOLDER / 'tree.sh').read_text()}\nprint_tree {tree}"
    command = [str(shutil.which("busybox")), "sh", "-c", script]
    return subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(["setfattr", "-n", "user.origin", "-v", "scanner"], id="an attribute"),
        pytest.param(["setfacl", "-m", "u:1000:r"], id="an access list"),
    ],
)
def test_a_file_that_differs_in_nothing_else_is_another_one(tmp_path: Path, change: list[str]) -> None:
    one, other = two_equal_trees(tmp_path)
    assert read_tree(printed(one)) == read_tree(printed(other))
    subprocess.run([*change, str(one / "file")], check=True)
    os.utime(one / "file", MOMENT)
    assert counts_attributes(printed(one))
    assert read_tree(printed(one)).digest != read_tree(printed(other)).digest


def test_a_value_counts_and_not_only_a_name(tmp_path: Path) -> None:
    trees = two_equal_trees(tmp_path)
    for tree in trees:
        subprocess.run(["setfattr", "-n", "user.origin", "-v", tree.name, str(tree / "file")], check=True)
    assert len({read_tree(printed(tree)).digest for tree in trees}) == 2


def test_an_image_without_the_program_does_not_claim_to_compare_them(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    busybox = shutil.which("busybox")
    assert busybox is not None
    for name in (
        "sh",
        "find",
        "stat",
        "sort",
        "awk",
        "sha256sum",
        "grep",
        "mktemp",
        "rm",
        "sync",
        "date",
        "touch",
    ):
        (tmp_path / "bin" / name).symlink_to(busybox)
    one, _ = two_equal_trees(tmp_path)
    before = printed(one, str(tmp_path / "bin"))
    subprocess.run(["setfattr", "-n", "user.origin", "-v", "scanner", str(one / "file")], check=True)
    after = printed(one, str(tmp_path / "bin"))
    assert not counts_attributes(after)
    assert read_tree(after) == read_tree(before)
