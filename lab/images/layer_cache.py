"""Keeps layers that were made, beside the engines they are made of: to compress those takes longer than all the rest."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections import defaultdict
from pathlib import Path
from typing import Any

from lab.binaries.build import cache_folder

_makers: dict[str, threading.Lock] = defaultdict(threading.Lock)


def one_maker(key: str) -> threading.Lock:
    """Return the lock of a layer: images that are built at once share layers, and one of them makes it."""
    return _makers[key]


def take(key: str, blobs: Path) -> dict[str, Any] | None:
    """Put a kept layer into `blobs` and return what was kept about it; None if there is none."""
    file = _folder() / f"{key}.json"
    if not file.exists():
        return None
    known: dict[str, Any] = json.loads(file.read_text())
    _place(_folder() / key, blobs / str(known["digest"]).removeprefix("sha256:"))
    return known


def keep(key: str, blob: Path, known: dict[str, Any]) -> None:
    """Keep a layer and what is to be known about it. Two that keep the same one at once do no harm."""
    _folder().mkdir(parents=True, exist_ok=True)
    _place(blob, _folder() / key)
    draft = _folder() / f".{key}.{os.getpid()}.{id(known)}"
    draft.write_text(json.dumps(known))
    draft.rename(_folder() / f"{key}.json")


def _folder() -> Path:
    return cache_folder() / "layers"


def _place(blob: Path, place: Path) -> None:
    """Make a file appear at a place: by a hard link where the file system allows, else by a copy."""
    if place.exists():
        return
    try:
        os.link(blob, place)
    except FileExistsError:
        return
    except OSError:
        draft = place.with_name(f".{place.name}.{os.getpid()}.{id(place)}")
        shutil.copyfile(blob, draft)
        draft.rename(place)
