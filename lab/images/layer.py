"""One image layer: a gzipped tar with the same bytes for the same content, wherever and whenever it is made."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lab.images.layer_cache import keep, one_maker, take

LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"

# a file's place on this machine or its content, a link's target, or a folder's permission bits
Entry = Path | bytes | str | int


@dataclass(frozen=True)
class Layer:
    """A layer's two digests (of the compressed and of the plain tar) and its compressed size in bytes."""

    digest: str
    diff_id: str
    size: int


class _Hashed(io.RawIOBase):
    """A write-only stream that hashes what goes through it."""

    def __init__(self, inner: io.RawIOBase | io.BufferedIOBase | gzip.GzipFile) -> None:
        self.inner = inner
        self.sha256 = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.sha256.update(data)
        self.size += len(data)
        self.inner.write(data)
        return len(data)


def write_layer(
    blobs: Path,
    files: Mapping[str, Path | bytes],
    links: Mapping[str, str],
    folders: Mapping[str, int],
    compression: int = 1,
) -> Layer:
    """Write a layer into an OCI layout's `blobs` folder; one that was made before is taken from the cache.

    Args:
        blobs: the layout's blobs/sha256.
        files: path in the image -> file or folder of this machine, whose permission bits are kept, or a file's content;
            the owner of all is root.
        links: path in the image -> target of the symbolic link.
        folders: path in the image -> permission bits.
        compression: gzip level; binaries hardly shrink more above 1.
    """
    entries = _entries(files, links, folders)
    key = _key(entries, compression)
    with one_maker(key):
        known = take(key, blobs)
        if known is not None:
            return Layer(**known)
        layer = _make(blobs, entries, compression)
        keep(key, blobs / layer.digest.removeprefix("sha256:"), vars(layer))
        return layer


def _make(blobs: Path, entries: Mapping[str, Entry], compression: int) -> Layer:
    draft = blobs / f".layer.{os.getpid()}.{id(entries)}"
    with draft.open("wb") as raw:
        packed = _Hashed(raw)
        with gzip.GzipFile(
            fileobj=packed, mode="wb", compresslevel=compression, mtime=0, filename=""
        ) as zipped:
            plain = _Hashed(zipped)
            with tarfile.open(fileobj=plain, mode="w|", format=tarfile.PAX_FORMAT) as tar:
                for name in sorted(entries):
                    _add(tar, name, entries[name])
    layer = Layer(f"sha256:{packed.sha256.hexdigest()}", f"sha256:{plain.sha256.hexdigest()}", packed.size)
    draft.rename(blobs / packed.sha256.hexdigest())
    return layer


def _key(entries: Mapping[str, Entry], compression: int) -> str:
    """Return a hash of all that the layer's bytes follow from."""
    found = hashlib.sha256(str(compression).encode())
    for name in sorted(entries):
        found.update(f"\0{name}\0{_described(entries[name])}".encode())
    return found.hexdigest()


def _described(entry: Entry) -> str:
    if isinstance(entry, Path):
        with entry.open("rb") as content:
            return f"file {entry.stat().st_mode:o} {hashlib.file_digest(content, 'sha256').hexdigest()}"
    if isinstance(entry, bytes):
        return f"file 100644 {hashlib.sha256(entry).hexdigest()}"
    return f"folder {entry:o}" if isinstance(entry, int) else f"link {entry}"


def _entries(
    files: Mapping[str, Path | bytes], links: Mapping[str, str], folders: Mapping[str, int]
) -> dict[str, Entry]:
    """Return all that is in the layer by name, the folders that lead to it included."""
    entries: dict[str, Entry] = {_clean(name): mode for name, mode in folders.items()}
    entries |= {_clean(name): target for name, target in links.items()}
    for name, path in files.items():
        entries |= {_clean(name): path} if isinstance(path, bytes) else _walk(_clean(name), path)
    for name in list(entries):
        for parent in PurePosixPath(name).parents:
            if str(parent) != ".":
                entries.setdefault(str(parent), 0o755)
    return entries


def _walk(name: str, path: Path) -> dict[str, Entry]:
    if path.is_symlink():
        return {name: os.readlink(path)}
    if not path.is_dir():
        return {name: path}
    found: dict[str, Entry] = {name: path.stat().st_mode & 0o7777} if name else {}
    for inner in path.iterdir():
        found |= _walk(f"{name}/{inner.name}".lstrip("/"), inner)
    return found


def _add(tar: tarfile.TarFile, name: str, entry: Entry) -> None:
    member = tarfile.TarInfo(name)
    if isinstance(entry, int):
        member.type, member.mode = tarfile.DIRTYPE, entry
        tar.addfile(member)
    elif isinstance(entry, str):
        member.type, member.linkname, member.mode = tarfile.SYMTYPE, entry, 0o777
        tar.addfile(member)
    elif isinstance(entry, bytes):
        member.size, member.mode = len(entry), 0o644
        tar.addfile(member, io.BytesIO(entry))
    else:
        state = entry.stat()
        member.size, member.mode = state.st_size, state.st_mode & 0o7777
        with entry.open("rb") as content:
            tar.addfile(member, content)


def _clean(name: str) -> str:
    return name.strip("/")
