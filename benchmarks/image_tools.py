"""How each tool is told to bring a list of images from one registry to another."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import yaml

from lab import paths

PARALLEL = 4
Tool = Callable[[str, str, list[str]], None]


def ours(source: str, target: str, names: list[str]) -> None:
    """Plan, copy and prove: the proof is included on our side only."""
    with tempfile.TemporaryDirectory() as folder:
        task = {"source": source, "target": target, "names": names, "folder": folder}
        _run([sys.executable, "-m", "benchmarks.image_copy"], json.dumps(task))


def skopeo_sync(source: str, target: str, names: list[str]) -> None:
    """Run one `skopeo sync` over all, from a YAML file as its manual shows."""
    tags = defaultdict[str, list[str]](list)
    for name in names:
        repository, _, tag = name.partition(":")
        tags[repository].append(tag)
    text = yaml.safe_dump({source: {"tls-verify": False, "images": dict(tags)}})
    with _file(text) as path:
        command = ["skopeo", "sync", "--all", "--src", "yaml", "--dest", "docker", "--dest-tls-verify=false"]
        # without `--scoped` only the last path element is kept; no two are the same here
        _run([*command, str(path), f"{target}/skopeo"])


def regsync(source: str, target: str, names: list[str]) -> None:
    """Run one `regsync once` over all, four images at a time."""
    hosts = [{"registry": host, "tls": "disabled"} for host in (source, target)]
    steps = [
        {"source": f"{source}/{name}", "target": f"{target}/regsync/{name}", "type": "image"}
        for name in names
    ]
    text = yaml.safe_dump({
        "version": 1,
        "creds": hosts,
        "defaults": {"parallel": PARALLEL},
        "sync": steps,
    })
    with _file(text) as path:
        _run([str(paths.BIN / "regsync"), "once", "--verbosity", "error", "--config", str(path)])


def crane_copy(source: str, target: str, names: list[str]) -> None:
    """Run `crane copy` for each, four at a time by xargs."""
    lines = "".join(f"{source}/{name} {target}/crane/{name}\n" for name in names)
    crane = str(paths.BIN / "crane")
    _run(["xargs", f"--max-procs={PARALLEL}", "--max-lines=1", crane, "copy", "--insecure"], lines)


TOOLS: dict[str, Tool] = {
    "ours": ours,
    "skopeo sync": skopeo_sync,
    "regsync": regsync,
    "crane copy": crane_copy,
}


def _run(command: list[str], text: str = "") -> None:
    done = subprocess.run(command, input=text, text=True, capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed: {(done.stderr or done.stdout)[-2000:]}")


@contextmanager
def _file(text: str) -> Generator[Path]:
    """Keep a text in a file for the block."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sync.yaml"
        path.write_text(text)
        yield path
