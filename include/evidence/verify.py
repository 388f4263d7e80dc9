"""Check an evidence bundle offline: `python3 verify.py [evidence.tar or folder] [--key fingerprint]`.

It lies in every bundle, needs nothing but Python 3.9 and asks nobody. It finds any changed byte of the archive, files that are
missing or were added, a signature that does not fit, and a report that says more than the proofs beside it.

Exit codes: 0 all is as it was written; 2 changed, 3 missing, 4 added, 5 wrong signature, 6 the report and its proofs
disagree: the first of these that was found; 1 there is no bundle to check.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import sys
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

MANIFEST, SIGNATURE, KEY = "manifest.json", "manifest.sig", "public_key.pem"
NO_BUNDLE, CHANGED, MISSING, ADDED, FORGED, OVERSTATED = 1, 2, 3, 4, 5, 6
# What lies before the 32 bytes of an Ed25519 key in its PEM form, RFC 8410.
KEY_PREFIX = bytes.fromhex("302a300506032b6570032100")
# Phases a run of each kind does not act in: their planned rows are not in its report.
UNTOUCHED = {
    "migration": {"source_retirement"},
    "rehearsal": {"cutover", "source_retirement"},
    "partial": {"cutover", "source_retirement"},
}
COMPARED = ("phase", "kind", "source", "target", "action", "bytes", "proof")

Files = Mapping[str, bytes]
Problem = tuple[int, str]


def main(arguments: list[str]) -> int:
    """Check a bundle and print what is wrong with it; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("bundle", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument(
        "--key", help="fingerprint that you know from elsewhere: the bundle has to be signed by that key"
    )
    options = parser.parse_args(arguments)
    try:
        files, problems = read_bundle(options.bundle)
    except (OSError, tarfile.TarError, UnicodeError, ValueError, EOFError) as error:
        print(f"{options.bundle} is no evidence bundle, or its archive is damaged: {error}")
        return NO_BUNDLE if not options.bundle.is_file() else CHANGED
    problems += check(files, options.key)
    for _, text in problems:
        print(text)
    print(_verdict(files, problems))
    return problems[0][0] if problems else 0


def read_bundle(place: Path) -> tuple[dict[str, bytes], list[Problem]]:
    """Return the files of an archive or an unpacked bundle, and what is wrong with the archive itself."""
    if place.is_dir():
        found = sorted(
            path for path in place.rglob("*") if path.is_file() and "__pycache__" not in path.parts
        )
        return {path.relative_to(place).as_posix(): path.read_bytes() for path in found}, []
    whole = place.read_bytes()
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(whole), mode="r:") as archive:
        for member in archive:
            content = archive.extractfile(member)
            files[member.name] = content.read() if content else b""
    packed = io.BytesIO()
    pack(files.items(), packed)
    is_whole = packed.getvalue() == whole
    return files, [] if is_whole else [(CHANGED, "archive: bytes between its files were changed")]


def pack(files: Iterable[tuple[str, bytes]], to: Any) -> None:
    """Write an archive that is the same whenever and by whomever the same files are packed."""
    with tarfile.open(fileobj=to, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))


def check(files: Files, expected_key: str | None = None) -> list[Problem]:
    """Return everything that is wrong with the files of a bundle, with its exit code."""
    absent = [name for name in (MANIFEST, SIGNATURE, KEY) if name not in files]
    if absent:
        return [(MISSING, f"{name}: is missing, so nothing can be trusted") for name in absent]
    problems = [*_check_signature(files, expected_key)]
    try:
        listed: dict[str, str] = json.loads(files[MANIFEST])["files"]
        problems = [*_check_hashes(files, listed), *problems]
        return [*problems, *((OVERSTATED, text) for text in check_report(files))]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [*problems, (CHANGED, f"the bundle's documents are not as they were written: {error!r}")]


def fingerprint(pem: bytes) -> str:
    """Return the sha256 of a public key, by which people compare keys."""
    return hashlib.sha256(public_bytes(pem)).hexdigest()


def public_bytes(pem: bytes) -> bytes:
    """Return the 32 bytes of an Ed25519 public key in PEM form; none when it is something else."""
    lines = pem.decode("ascii", "replace").strip().splitlines()
    try:
        encoded = base64.b64decode("".join(lines[1:-1]), validate=True)
    except ValueError:
        return b""
    is_key = encoded.startswith(KEY_PREFIX) and len(encoded) == len(KEY_PREFIX) + 32
    return encoded[len(KEY_PREFIX) :] if is_key else b""


def _check_signature(files: Files, expected_key: str | None) -> Iterator[Problem]:
    if not is_signed(public_bytes(files[KEY]), files[SIGNATURE], files[MANIFEST]):
        yield FORGED, f"{SIGNATURE}: does not fit {MANIFEST} and {KEY}: one of the three was changed"
    if expected_key and fingerprint(files[KEY]) != expected_key.strip().lower():
        yield FORGED, f"{KEY}: is not the key {expected_key}: the bundle was signed by somebody else"


def _check_hashes(files: Files, listed: Mapping[str, str]) -> Iterator[Problem]:
    for name in sorted(listed.keys() & files.keys()):
        if hashlib.sha256(files[name]).hexdigest() != listed[name]:
            yield CHANGED, f"{name}: was changed since the bundle was written"
    for name in sorted(listed.keys() - files.keys()):
        yield MISSING, f"{name}: is missing"
    for name in sorted(files.keys() - listed.keys() - {MANIFEST, SIGNATURE}):
        yield ADDED, f"{name}: was added; the manifest does not name it"


def check_report(files: Files) -> Iterator[str]:
    """Yield where the report does not say what plan, items, proofs and waivers beside it say."""
    documents = _Documents(files)
    report = documents.read("report")
    kind = str(report["kind"])
    if kind == "assessment":
        return
    rows = list(documents.rows(kind))
    claimed = Counter(_text({name: item[name] for name in COMPARED}) for item in report["items"])
    proved = Counter(_text(row) for row in rows)
    for text in sorted((claimed - proved).elements()):
        yield f"report: says more than its proofs: {_short(text)}"
    for text in sorted((proved - claimed).elements()):
        yield f"report: leaves out or changes what is recorded: {_short(text)}"
    yield from _check_counts(report, rows)
    yield from _check_waivers(report, documents)
    if report["result"] == "succeeded":
        yield from _check_success(report, documents)


class _Documents:
    """Read the ledger's documents of a bundle."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def exists(self, name: str) -> bool:
        return f"ledger/{name}.json" in self._files

    def read(self, name: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self._files[f"ledger/{name}.json"])
        return document

    def folder(self, name: str) -> Iterator[dict[str, Any]]:
        for file, content in sorted(self._files.items()):
            if file.startswith(f"ledger/{name}/") and file.endswith(".json"):
                yield json.loads(content)

    def named(self, name: str) -> Iterator[dict[str, Any]]:
        for file, content in sorted(self._files.items()):
            if file.startswith("ledger/") and file.endswith(f"/{name}.json"):
                yield json.loads(content)

    def rows(self, kind: str) -> Iterator[dict[str, Any]]:
        """Yield what the report should say of each item."""
        items = {(one["phase"], one["key"]): one for one in self.folder("items")}
        proofs = {(one["phase"], one["key"]): _proof(one) for one in self.folder("proofs")}
        plan = self.read("plan")["items"] if self.exists("plan") else []
        planned = {(row["phase"], row["key"]): row for row in plan if self._acts_in(row["phase"], kind)}
        for key in items.keys() | planned.keys():
            known = items.get(key) or _unreached(planned[key])
            yield {**{name: known[name] for name in COMPARED[:-1]}, "proof": proofs.get(key)}

    def _acts_in(self, phase: str, kind: str) -> bool:
        chosen = self.read("choice")["phases"] if self.exists("choice") else [phase]
        return phase in chosen and phase not in UNTOUCHED.get(kind, set())

    def waivers(self) -> set[tuple[str, str]]:
        named = self.read("definition").get("waivers") or [] if self.exists("definition") else []
        recorded = {(str(one["by"]), str(one["reason"])) for one in self.folder("waivers")}
        return recorded | {(str(one["accepted_by"]), str(one["reason"])) for one in named}


def _check_counts(report: dict[str, Any], rows: list[dict[str, Any]]) -> Iterator[str]:
    for phase in report["phases"]:
        of_phase = [row for row in rows if row["phase"] == phase["id"]]
        counted = (len(of_phase), sum(row["bytes"] for row in of_phase))
        if (phase["items"], phase["bytes"]) != counted:
            yield f"report: phase {phase['id']} counts {phase['items']} items and {phase['bytes']} bytes, recorded are {counted}"


def _check_waivers(report: dict[str, Any], documents: _Documents) -> Iterator[str]:
    known = documents.waivers()
    for item in report["items"]:
        waiver = item["waiver"]
        if waiver and (waiver["by"], waiver["reason"]) not in known:
            yield f"report: nobody recorded the waiver of {waiver['by']} for {item['source']}"


def _check_success(report: dict[str, Any], documents: _Documents) -> Iterator[str]:
    for item in report["items"]:
        is_equal = item["action"] != "failed" and bool(item["proof"]) and item["proof"]["equal"]
        if item["action"] != "excluded" and not item["waiver"] and not is_equal:
            yield f"report: says succeeded, but {item['phase']}, {item['source']} has no equal proof and no waiver"
    for failure in documents.folder("failures"):
        if failure["resolved"] is None:
            yield f"report: says succeeded, but task {failure['task']} failed"
    yield from _check_downtime(report["downtime"], documents)


def _check_downtime(told: dict[str, Any] | None, documents: _Documents) -> Iterator[str]:
    measured = [_numbers(one) for one in documents.named("downtime")]
    if bool(told) != bool(measured) or (
        told and not any(_numbers(told).items() <= one.items() for one in measured)
    ):
        yield "report: its downtime is not one that was measured"
    if told and (told["writes_lost"] or told["writes_doubled"]):
        yield "report: says succeeded, but writes were lost or doubled"


def _numbers(downtime: dict[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (downtime or {}).items() if isinstance(value, int | float)}


def _proof(document: dict[str, Any]) -> dict[str, Any]:
    return {name: document[name] for name in ("method", "source", "target", "equal")}


def _unreached(planned: dict[str, Any]) -> dict[str, Any]:
    is_excluded = planned["action"] in {"exclude", "excluded"}
    return {**planned, "action": "excluded" if is_excluded else "failed", "bytes": 0}


def _text(document: Any) -> str:
    return json.dumps(document, sort_keys=True, ensure_ascii=False)


def _short(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:299]}…"


def _verdict(files: Files, problems: list[Problem]) -> str:
    if problems:
        return f"NOT TRUE: {len(problems)} problem{'s' if len(problems) > 1 else ''}"
    return (
        f"TRUE: {len(files)} files are as they were written, and the report says what its proofs say\n"
        f"signed by the key {fingerprint(files[KEY])}: compare it with the one you know from elsewhere"
    )


# Ed25519 as RFC 8032 has it: points of the curve -x² + y² = 1 + D x² y² modulo P, as (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def is_signed(key: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether the owner of a public key signed the message."""
    owner = _point(key) if len(key) == 32 else None
    if owner is None or len(signature) != 64:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    base = _point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    if scalar >= ORDER or base is None:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    negated = (P - owner[0], owner[1], owner[2], P - owner[3])
    return _encoded(_sum(_multiple(base, scalar), _multiple(negated, challenge))) == signature[:32]


def _point(encoded: bytes) -> Point | None:
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


def _sum(one: Point, other: Point) -> Point:
    less, more = (one[1] - one[0]) * (other[1] - other[0]), (one[1] + one[0]) * (other[1] + other[0])
    mixed, doubled = 2 * one[3] * other[3] * D, 2 * one[2] * other[2]
    e, f, g, h = more - less, doubled - mixed, doubled + mixed, more + less
    return e * f % P, g * h % P, f * g % P, e * h % P


def _multiple(point: Point, times: int) -> Point:
    total: Point = (0, 1, 1, 0)
    while times:
        if times & 1:
            total = _sum(total, point)
        point, times = _sum(point, point), times >> 1
    return total


def _encoded(point: Point) -> bytes:
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
