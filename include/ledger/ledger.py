"""Read and write the record of one run.

Layout under `<root>/<migration>/<run id>/`: definition, opened-with, inventory, plan, items/<phase>/<key>,
proofs/<phase>/<key>, waivers/<phase>/<key>, progress/<phase>/<piece>, phases/<id>, events/<moment>, each a `.json` file.
No two items share a document, so tasks running side by side never race.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pydantic import BaseModel

from include.batches import in_batches
from include.errors import LedgerError
from include.ledger.keys import safe_folder, safe_key
from include.ledger.records import ItemRecord, PhaseRecord, PhaseResult, Proof, Waiver, now
from include.ledger.secrets_guard import refuse_secrets, refuse_secrets_in_text
from include.ledger.storage import DocumentFolder

if TYPE_CHECKING:
    from upath import UPath

READERS = 8
# Named here because inside the class `list` is a method.
Names = list[str]
Items = list[ItemRecord]
Phases = list[PhaseRecord]
Rows = list[dict[str, Any]]
Files = Iterator[tuple[str, bytes]]
Entries = Iterator[Any]
_event_numbers = count()


class Ledger:
    """Keep one run's documents. Safe to use from several threads and processes at once."""

    def __init__(self, root: UPath | Path | str, migration: str, run_id: str) -> None:
        self.migration = migration
        self.run_id = run_id
        self.folder = root_path(root) / safe_folder(migration) / safe_folder(run_id)
        self._documents = DocumentFolder(self.folder)
        self._phase_lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Ledger({self.folder})"

    def write(self, name: str, document: Mapping[str, Any] | BaseModel) -> None:
        """Write a document atomically, replacing an earlier one of this name.

        :param name: path below the run's folder without suffix, e.g. `inventory/deployments.apps`.
        :raises SecretInLedgerError: when a value is a registered secret; nothing is written then.
        """
        data = (
            document.model_dump(mode="json", by_alias=True) if isinstance(document, BaseModel) else document
        )
        text = json.dumps(data, indent=1, ensure_ascii=False, sort_keys=False, default=str)
        refuse_secrets(name, text)
        self._documents.put(_checked(name), text)

    def write_text(self, name: str, text: str) -> None:
        """Write a file for people, such as `report.html`, atomically; `name` carries its suffix."""
        refuse_secrets_in_text(name, text)
        self._documents.put_text(_checked(name), text)

    def path(self, name: str) -> str:
        """Return where a document of this name lies, for people."""
        return f"{self.folder}/{name}.json"

    def read(self, name: str) -> dict[str, Any]:
        """Return a document.

        :raises LedgerError: when it does not exist or is not a JSON object.
        """
        text = self._documents.get(_checked(name))
        try:
            document = json.loads(text)
        except ValueError as error:
            raise LedgerError(
                f"ledger document {self.folder}/{name}.json is not JSON ({error}); restore or remove it"
            ) from error
        if not isinstance(document, dict):
            raise LedgerError(f"ledger document {self.folder}/{name}.json is not a JSON object")
        return document

    def entries(self, name: str, field: str) -> Entries:
        """Yield the entries of one of a document's lists, one by one as they are read: a document may grow with the estate.

        :raises LedgerError: when it does not exist or is not a JSON object.
        """
        # imported here: it takes as long as all of this module, and parsing a DAG needs it not
        import ijson

        yielded = 0
        try:
            with self._documents.open(_checked(name)) as file:
                for entry in ijson.items(file, f"{field}.item", use_float=True):
                    yielded += 1
                    yield entry
        except ijson.JSONError:
            # No JSON, which reading it all tells; or an integer of more than 64 bits, which is fine with JSON.
            yield from islice(self.read(name)[field], yielded, None)

    def first(self, name: str, field: str) -> Any:
        """Return one field of a document, and read nothing behind it.

        :raises LedgerError: when the document does not exist or has no such field.
        """
        import ijson

        try:
            with self._documents.open(_checked(name)) as file:
                for value in ijson.items(file, field, use_float=True):
                    return value
        except ijson.JSONError:
            # As with entries.
            document = self.read(name)
            if field in document:
                return document[field]
        raise LedgerError(f"ledger document {self.folder}/{name}.json has no {field}; restore or remove it")

    def exists(self, name: str) -> bool:
        """Say whether a document of this name was written."""
        return self._documents.has(_checked(name))

    def files(self) -> Files:
        """Yield path below the run's folder and content of everything that was written, sorted."""
        return self._documents.files()

    def write_file(self, name: str, fill: Callable[[IO[bytes]], None]) -> None:
        """Write a binary file, whose name carries its suffix; it appears once `fill` has written all of it."""
        self._documents.put_file(_checked(name), fill)

    def remove(self, name: str) -> None:
        """Remove a document that is no longer true; one that is not there stays away."""
        self._documents.remove(_checked(name))

    def list(self, folder: str) -> Names:
        """Return the names of all documents below a folder, sorted; each can be given to `read`."""
        return self._documents.names(_checked(folder))

    def record_item(self, phase: str, item: ItemRecord) -> None:
        """Record what was done with one item; a later record of the same key replaces it."""
        if item.phase != phase:
            raise LedgerError(f"item {item.key} belongs to phase {item.phase}, not to {phase}")
        self.write(f"items/{phase}/{safe_key(item.key)}", item)

    def remove_item(self, phase: str, key: str) -> None:
        """Take back the record of an item that the plan no longer has."""
        self.remove(f"items/{phase}/{safe_key(key)}")

    def record_progress(self, phase: str, name: str, document: Mapping[str, Any]) -> None:
        """Record how far a piece of a phase is; the next record of the same piece replaces it."""
        self.write(f"progress/{phase}/{safe_key(name)}", document)

    def record_proof(self, phase: str, key: str, proof: Proof) -> None:
        """Record the proof of one item; a later proof of the same key replaces it."""
        document = {"phase": phase, "key": key, **proof.model_dump(mode="json")}
        self.write(f"proofs/{phase}/{safe_key(key)}", document)

    def waiver(self, phase: str, key: str) -> Waiver | None:
        """Return the recorded waiver of one item, or None."""
        name = f"waivers/{phase}/{safe_key(key)}"
        return Waiver.model_validate(_body(self.read(name))) if self.exists(name) else None

    def record_waiver(self, phase: str, key: str, waiver: Waiver) -> None:
        """Record that a named person accepts an item without an equal proof."""
        document = {"phase": phase, "key": key, **waiver.model_dump(mode="json")}
        self.write(f"waivers/{phase}/{safe_key(key)}", document)

    def items(self, phase: str | None = None) -> Items:
        """Return the recorded items of a phase, or of all phases, ordered by phase and key."""
        records = [ItemRecord.model_validate(row) for row in self._rows("items", phase)]
        return sorted(records, key=lambda item: (item.phase, item.key))

    def item(self, phase: str, key: str) -> ItemRecord | None:
        """Return one recorded item, or None."""
        name = f"items/{phase}/{safe_key(key)}"
        return ItemRecord.model_validate(self.read(name)) if self.exists(name) else None

    def proofs(self, phase: str) -> dict[str, Proof]:
        """Return the recorded proofs of a phase by item key."""
        return {row["key"]: Proof.model_validate(_body(row)) for row in self._rows("proofs", phase)}

    def waivers(self, phase: str) -> dict[str, Waiver]:
        """Return the recorded waivers of a phase by item key."""
        return {row["key"]: Waiver.model_validate(_body(row)) for row in self._rows("waivers", phase)}

    def phase_started(self, phase: str) -> None:
        """Record a phase's start; a retry keeps the first moment."""
        with self._phase_lock:
            name = f"phases/{phase}"
            if not self.exists(name):
                self.write(name, PhaseRecord(id=phase, started=now()))

    def phase_finished(self, phase: str, result: PhaseResult | str) -> None:
        """Record a phase's end, with item and byte counts taken from its items."""
        with self._phase_lock:
            items, size = self._totals(phase)
            earlier = self.phase(phase)
            record = PhaseRecord(
                id=phase,
                started=earlier.started if earlier else now(),
                finished=now(),
                items=items,
                bytes=size,
                result="succeeded" if result == "succeeded" else "failed",
            )
            self.write(f"phases/{phase}", record)

    def phase(self, phase: str) -> PhaseRecord | None:
        """Return a phase's record, or None when it never started."""
        name = f"phases/{phase}"
        return PhaseRecord.model_validate(self.read(name)) if self.exists(name) else None

    def phases(self) -> Phases:
        """Return all phases that started, in the order of their start."""
        records = [PhaseRecord.model_validate(self.read(name)) for name in self.list("phases")]
        return sorted(records, key=lambda record: (record.started or "", record.id))

    def event(self, text: str, **fields: Any) -> None:
        """Record that something happened, with fields of plain JSON."""
        moment = now()
        name = f"events/{safe_key(moment.replace(':', ''))}-{next(_event_numbers):06d}-{os.getpid()}"
        self.write(name, {"at": moment, "text": text, **fields})

    def events(self) -> Rows:
        """Return all events, oldest first."""
        return sorted(self._read_all(self.list("events")), key=lambda event: str(event["at"]))

    def _totals(self, phase: str) -> tuple[int, int]:
        """Return how many items a phase has recorded, and their bytes; not all are in memory at once."""
        names, size = self.list(f"items/{phase}"), 0
        for batch in in_batches(names):
            size += sum(ItemRecord.model_validate(row).bytes for row in self._read_all(batch))
        return len(names), size

    def _rows(self, folder: str, phase: str | None) -> Rows:
        return self._read_all(self.list(folder if phase is None else f"{folder}/{phase}"))

    def _read_all(self, names: Names) -> Rows:
        if len(names) < READERS:
            return [self.read(name) for name in names]
        with ThreadPoolExecutor(READERS) as pool:
            return list(pool.map(self.read, names))


def _body(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in {"phase", "key"}}


def _checked(name: str) -> str:
    parts = name.split("/")
    if not all(parts) or any(part in {".", ".."} for part in parts):
        raise LedgerError(f"ledger document name {name!r} is not a path below the run's folder")
    return name


def root_path(root: UPath | Path | str) -> UPath | Path:
    """Return a root as a path: of a local folder, or of an object store when it is a URL."""
    if not isinstance(root, str):
        return root
    if "://" not in root:
        return Path(root)
    from upath import UPath

    return UPath(root)
