"""What the cloud remembers over a restart: one file, replaced as a whole."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

Thing = dict[str, Any]


class Store:
    """Things by kind and id. Nothing is written until `change` ends without an error."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.RLock()
        self._things: dict[str, dict[str, Thing]] = json.loads(file.read_text()) if file.exists() else {}

    def all(self, kind: str) -> dict[str, Thing]:
        """Return the things of a kind by their ids, oldest first."""
        with self._lock:
            return deepcopy(self._things.get(kind, {}))

    @contextmanager
    def change(self, kind: str) -> Generator[dict[str, Thing]]:
        """Give the things of a kind, to be changed: nobody else does meanwhile."""
        with self._lock:
            draft, is_good = self.all(kind), False
            try:
                yield draft
                is_good = True
            finally:
                if is_good:
                    self._things[kind] = draft
                    self._write()

    def _write(self) -> None:
        draft = self._file.with_suffix(".draft")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(self._things, file, indent=1)
        draft.replace(self._file)
