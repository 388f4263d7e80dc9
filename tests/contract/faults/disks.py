"""A file system of a few megabytes that can be filled and enlarged: a tmpfs in a mount namespace of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

MOUNT = 'mount -t tmpfs -o "size=$1m,mode=0777" tmpfs "$2" && echo mounted && exec sleep infinity'


@dataclass(frozen=True)
class SmallDisk:
    """See the disk in commands only: nothing is mounted on the machine, and nothing stays when the holder ends."""

    folder: Path
    holder: int

    def command(self, command: Sequence[str]) -> list[str]:
        """Return the command line that runs a command where the disk is mounted."""
        return ["nsenter", f"--mount=/proc/{self.holder}/ns/mnt", "--", *command]

    def resize(self, megabytes: int) -> None:
        """Give the disk another size, under whatever uses it."""
        options = f"remount,size={megabytes}m"
        subprocess.run(self.command(["mount", "-o", options, str(self.folder)]), check=True, cwd="/")

    def used(self) -> int:
        """Return how many megabytes are in use, rounded up."""
        found = os.statvfs(f"/proc/{self.holder}/root{self.folder}")
        return -(-(found.f_blocks - found.f_bfree) * found.f_frsize // 2**20)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Generator[SmallDisk]:
    """Mount a disk on a new folder, for commands that are started by way of it."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk of its own")
    folder.mkdir()
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", MOUNT, "disk"]
    with subprocess.Popen([*command, str(megabytes), str(folder)], stdout=subprocess.PIPE, cwd="/") as holder:
        try:
            assert holder.stdout
            assert holder.stdout.readline() == b"mounted\n"
            yield SmallDisk(folder, holder.pid)
        finally:
            holder.kill()
