"""What is in the bucket `product-pictures`: 2,000 objects with every sort of key, size, header and metadata."""

from __future__ import annotations

import datetime as dt
import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

PRODUCTS = 1957
LARGE_BYTES = 64 * 2**20
PART_BYTES = 8 * 2**20

_ODD_KEYS = (
    "odd/with space.txt",
    "odd/two  spaces",
    "odd/plus+sign",
    "odd/percent%20sign",
    "odd/percent%",
    "odd/ümlaut-ß.txt",
    "odd/日本語/写真.png",
    "odd/emoji-🏭",
    "odd/combining-e\u0301",
    "odd/quote'and\"double",
    "odd/question?mark",
    "odd/hash#sign",
    "odd/ampersand&equals=",
    "odd/semicolon;colon:comma,",
    "odd/at@dollar$bang!",
    "odd/brackets[1](2){3}",
    "odd/star*tilde~caret^pipe|",
    "odd/less<more>",
    "odd/.hidden",
    "odd/-dash",
    "odd/UPPER",
    "odd/upper",
    "odd/trailing-dot.",
    "odd/" + "long" * 60,
    "odd/deep/" + "/".join("abcdefghij"),
)


@dataclass(frozen=True)
class Picture:
    """One object: its key, how its content is made, and the parameters of its PUT."""

    key: str
    make: Callable[[], bytes]
    parameters: dict[str, object] = field(default_factory=dict)
    in_parts: bool = False


def all_pictures() -> Iterator[Picture]:
    """Yield every object of the bucket: 2,000."""
    yield Picture(
        "archive/catalogue.tar",
        _large,
        {"ContentType": "application/x-tar", "Metadata": {"pages": "4096"}},
        True,
    )
    for number in range(1, PRODUCTS + 1):
        yield _product(number)
    for key in _ODD_KEYS:
        yield Picture(key, _words(key), {"ContentType": "text/plain; charset=utf-8"})
    yield from _with_headers()
    for number in range(5):
        yield Picture(f"empty/{number}", bytes)
    # what programs that show a bucket as a tree of folders leave behind
    yield Picture("folder/", bytes)


def _product(number: int) -> Picture:
    parameters: dict[str, object] = {
        "ContentType": "image/png",
        "CacheControl": "public, max-age=86400",
        "Metadata": {"product": str(number), "alt": f"Product {number}"},
    }
    return Picture(f"products/{number}/picture.png", lambda: _png(number), parameters)


def _with_headers() -> Iterator[Picture]:
    """Yield objects that carry each header that S3 keeps."""
    headers: tuple[dict[str, object], ...] = (
        {"ContentDisposition": 'attachment; filename="price list.csv"', "ContentType": "text/csv"},
        {"ContentEncoding": "gzip", "ContentType": "application/json"},
        {"ContentLanguage": "de-DE, en"},
        {"CacheControl": "no-store"},
        {"Metadata": {"upper-case-value": "VALUE", "with-spaces": "a  b", "number": "0042"}},
        {"Metadata": {f"key-{number}": "x" * 40 for number in range(20)}},
        {"Tagging": "team=shop&retention=10%20years"},
        {"ContentType": "text/html; charset=iso-8859-1"},
        # how S3 gives back what is no ASCII
        {"Metadata": {"title": "=?UTF-8?B?R3LDtsOfZSDml6XmnKw=?="}},
        {"Expires": dt.datetime(2031, 1, 1, tzinfo=dt.UTC)},
        {},
    )
    for number, parameters in enumerate(headers):
        yield Picture(f"headers/{number}", _words(f"headers {number}"), parameters)


def _words(text: str) -> Callable[[], bytes]:
    return lambda: f"This is {text}\n".encode() * 20


def _large() -> bytes:
    """Return content that does not compress and is the same in every lab."""
    block = hashlib.shake_256(b"catalogue").digest(2**20)
    return b"".join(number.to_bytes(8, "big") + block[8:] for number in range(LARGE_BYTES // 2**20))


def _png(number: int) -> bytes:
    """Return a striped picture of 64 x 64 dots in the product's colours, of up to 16 KiB."""
    red, green, blue = number * 37 % 256, number * 91 % 256, number * 53 % 256
    rows = b"".join(b"\0" + bytes(((red + y) % 256, green, (blue + 3 * y) % 256)) * 64 for y in range(64))
    header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    noise = hashlib.shake_256(str(number).encode()).digest(number % 16 * 1024)
    chunks = ((b"IHDR", header), (b"noIs", noise), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
