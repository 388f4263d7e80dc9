"""Measure how the content of a volume gets to another: by our movers with their proof, against restic by hand."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.noise import noise
from benchmarks.object_server import ACCESS_KEY, SECRET_KEY, Store, object_store
from benchmarks.result import Result, beside_peers, size_name
from include.volumes.scripts import STANDBY, Script, script_text, standby_text

FILE_BYTES = 1_000_000
CHANGED_SHARE = 0.01
STEPS = ("first", "delta")
BUCKET = "volumes"


def measure_volumes(runs: int, size: int) -> list[Result]:
    """Copy a volume, change a hundredth of its files, and copy it again, `runs` times with each tool."""
    times: dict[str, dict[str, list[float]]] = {step: defaultdict(list) for step in STEPS}
    for turn in range(runs):
        for name, copy in (("ours", _ours), ("restic", _by_hand)):
            with object_store() as store, tempfile.TemporaryDirectory(prefix="cce-bench-volume-") as folder:
                store.client().create_bucket(Bucket=BUCKET)
                volume = Volume(Path(folder), store, size)
                for step, seconds in zip(STEPS, copy(volume, turn), strict=True):
                    times[step][name].append(seconds)
                    print(f"{step}, {name}: {seconds:.1f} s", flush=True)
                subprocess.run(["diff", "-r", volume.source, volume.target], check=True)
    return [beside_peers(f"volumes_{step}_loopback_{size_name(size)}", times[step]) for step in STEPS]


class Volume:
    """Be a source with files, an empty target, and the repository between them."""

    def __init__(self, folder: Path, store: Store, size: int) -> None:
        self.folder, self.source, self.target = folder, folder / "source", folder / "target"
        self.files = size // FILE_BYTES
        self.environment = {
            **os.environ,
            "RESTIC_REPOSITORY": f"s3:{store.endpoint}/{BUCKET}/restic",
            "RESTIC_PASSWORD": "benchmark",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "BUCKET_LOOKUP": "path",
            "CLAIM": "bench.volume",
            "RUN": "bench",
        }
        for place in (self.source, self.target):
            place.mkdir()
        self.write(range(self.files), version=0)
        self.restic("init")

    def write(self, numbers: range, version: int) -> None:
        """Write these files of the source."""
        for number in numbers:
            (self.source / str(number)).write_bytes(noise(f"{number}/{version}", FILE_BYTES))

    def change(self, version: int) -> None:
        """Change a hundredth of the files."""
        self.write(range(max(1, int(self.files * CHANGED_SHARE))), version)

    def restic(self, *arguments: str) -> None:
        """Run restic with a cache that is new."""
        cache = tempfile.mkdtemp(dir=self.folder)
        command = ["restic", "--quiet", "--cache-dir", cache, "-o", "s3.bucket-lookup=path", *arguments]
        subprocess.run(command, env=self.environment, check=True)

    def on_this_machine(self, text: str, place: Path) -> str:
        """Return a mover's script with folders of this machine in place of its container's."""
        scratch = self.folder / f"scratch-{place.name}"
        scratch.mkdir(exist_ok=True)
        known = {
            "$SNAPSHOT:/volume": f"$SNAPSHOT:{self.source}",
            "/volume": str(place),
            "/orders": str(scratch),
            "/tmp/": f"{scratch}/",
        }
        return re.sub("|".join(map(re.escape, known)), lambda found: known[found[0]], text)


class Standby:
    """Be a mover that stands by, as a process of this machine."""

    def __init__(self, volume: Volume, script: Script, place: Path) -> None:
        self._order = volume.folder / f"scratch-{place.name}" / "order"
        waits, works = (volume.on_this_machine(text, place) for text in (standby_text(), script_text(script)))
        self._order.write_text("")
        command = ["busybox", "sh", "-c", waits, STANDBY, works]
        self._process = subprocess.Popen(command, env=volume.environment, stdout=subprocess.PIPE, text=True)

    def give(self, order: str) -> None:
        """Write the order down where the mover looks."""
        self._order.write_text(order)

    def lines(self) -> Iterator[str]:
        """Yield what the mover prints, up to the end of the order, which has to be a good one."""
        for line in self._process.stdout or ():
            if line.startswith("cce-end"):
                assert line.split()[1] == "0", line
                return
            yield line

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


def _ours(volume: Volume, turn: int) -> tuple[float, float]:
    with ExitStack() as stack:
        source = Standby(volume, "backup", volume.source)
        stack.callback(source.close)
        target = Standby(volume, "restore", volume.target)
        stack.callback(target.close)
        first = _carry(source, target, "warm")
        _carry(source, target, "ahead")
        volume.change(turn + 1)
        return first, _carry(source, target, "final")


def _carry(source: Standby, target: Standby, which: str) -> float:
    """Let both movers do one pass, with the proof when it is the final one."""
    started = time.monotonic()
    source.give(f"PASS={which}")
    trees = []
    lines = source.lines()
    snapshot = next(line.split('"snapshot_id":"')[1][:64] for line in lines if '"snapshot_id"' in line)
    target.give(f"PASS={which} ROOT_MODE=755 ROOT_OWNER=0:0 SNAPSHOT={snapshot}")
    for rest in (target.lines(), lines):
        trees += [line for line in rest if line.startswith("cce-tree")]
    assert which != "final" or (len(trees) == 2 and trees[0] == trees[1]), trees
    return time.monotonic() - started


def _by_hand(volume: Volume, turn: int) -> tuple[float, float]:
    seconds = []
    for version in (0, turn + 1):
        if version:
            volume.change(version)
        started = time.monotonic()
        volume.restic("backup", str(volume.source))
        volume.restic(
            "restore",
            f"latest:{volume.source}",
            "--target",
            str(volume.target),
            "--delete",
            "--overwrite",
            "if-changed",
        )
        seconds.append(time.monotonic() - started)
    return seconds[0], seconds[1]
