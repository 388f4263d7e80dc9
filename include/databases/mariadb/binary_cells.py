"""Read the cells of row images, as a binary log holds them, and write each as SQL that means exactly the same.

The layout: https://mariadb.com/kb/en/rows_event_v1v2-rows_compressed_event_v1/ and, for times and decimals,
https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html with the servers' own sources.
A library's Python values would lose what Python has no value for: 0000-00-00, an ENUM's empty value, bytes that are no
text. So a cell becomes a number, a date between quotes, or hexadecimal digits with the name of their character set.
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from include.databases.mariadb.followed_tables import FollowedColumn
from include.errors import PermanentError

TINY, SHORT, LONG, FLOAT, DOUBLE, LONGLONG, INT24 = 1, 2, 3, 4, 5, 8, 9
DATE, YEAR, NEWDATE, VARCHAR, BIT = 10, 13, 14, 15, 16
TIMESTAMP, DATETIME, TIME = 17, 18, 19
DECIMAL, ENUM, SET, BLOB, VAR_STRING, STRING, GEOMETRY = 246, 247, 248, 252, 253, 254, 255
SIZES = {TINY: 1, SHORT: 2, INT24: 3, LONG: 4, LONGLONG: 8}
DIGITS_IN_GROUP = 9
BYTES_OF_DIGITS = (0, 1, 1, 2, 2, 3, 3, 4, 4, 4)


@dataclass
class Bytes:
    """Take bytes off the front."""

    data: bytes
    at: int = 0

    def take(self, size: int) -> bytes:
        """Return the next bytes."""
        start, self.at = self.at, self.at + size
        return self.data[start : self.at]

    def number(self, size: int, *, signed: bool = False) -> int:
        """Return the next bytes as a number, the low byte first."""
        return int.from_bytes(self.take(size), "little", signed=signed)

    def big_number(self, size: int) -> int:
        """Return the next bytes as a number, the high byte first."""
        return int.from_bytes(self.take(size), "big")

    @property
    def is_at_end(self) -> bool:
        """Say whether all was taken."""
        return self.at >= len(self.data)


Reader = Callable[[Bytes], str]


def cell_reader(column: Any, shape: FollowedColumn) -> Reader:
    """Return what reads the cells of a column.

    :param column: its type as the log tells it: `.type` and what belongs to it.
    :raises PermanentError: when the type is none that can be followed.
    """
    kind = column.type
    if kind in SIZES:
        size, signed = SIZES[kind], not shape.is_unsigned
        return lambda data: str(data.number(size, signed=signed))
    if kind in {ENUM, SET}:
        return lambda data: str(data.number(column.size))
    if kind in {DATE, NEWDATE}:
        return _date
    if kind in {VARCHAR, VAR_STRING, STRING}:
        return _text_reader(shape, 2 if column.max_length > 255 else 1)
    if kind in {BLOB, GEOMETRY}:
        return _text_reader(shape, column.length_size)
    simple: dict[int, Reader] = {
        FLOAT: lambda data: approximate(struct.unpack("<f", data.take(4))[0]),
        DOUBLE: lambda data: approximate(struct.unpack("<d", data.take(8))[0]),
        YEAR: _year,
    }
    sized: dict[int, Callable[[Any], Reader]] = {
        BIT: lambda of: lambda data: str(data.big_number(of.bytes)),
        DECIMAL: lambda of: lambda data: decimal(data, of.precision, of.decimals),
        TIMESTAMP: lambda of: lambda data: timestamp(data, of.fsp),
        DATETIME: lambda of: lambda data: datetime(data, of.fsp),
        TIME: lambda of: lambda data: time(data, of.fsp),
    }
    if kind in simple:
        return simple[kind]
    if kind in sized:
        return sized[kind](column)
    raise PermanentError(
        f"column {shape.name}: is stored in a way that cannot be followed (type {kind} of the log), as are columns of "
        "before MariaDB 10.1 and COMPRESSED ones; rebuild the table without it, or copy by dump"
    )


def approximate(number: float) -> str:
    """Return a floating-point number with every digit, as a number that SQL does not take for a DECIMAL."""
    text = repr(number)
    return text if "e" in text else f"{text}e0"


def decimal(data: Bytes, precision: int, scale: int) -> str:
    """Return a DECIMAL: groups of nine digits in four bytes each, the sign in the first bit."""
    whole = precision - scale
    sizes = [
        BYTES_OF_DIGITS[whole % DIGITS_IN_GROUP],
        *[4] * (whole // DIGITS_IN_GROUP + scale // DIGITS_IN_GROUP),
        BYTES_OF_DIGITS[scale % DIGITS_IN_GROUP],
    ]
    widths = [
        whole % DIGITS_IN_GROUP,
        *[DIGITS_IN_GROUP] * (whole // DIGITS_IN_GROUP + scale // DIGITS_IN_GROUP),
        scale % DIGITS_IN_GROUP,
    ]
    stored = bytearray(data.take(sum(sizes)))
    is_negative = not stored[0] & 0x80
    stored[0] ^= 0x80
    plain = Bytes(bytes(byte ^ 0xFF for byte in stored) if is_negative else bytes(stored))
    digits = "".join(
        f"{plain.big_number(size):0{width}d}" for size, width in zip(sizes, widths, strict=True) if width
    )
    text = f"{digits[:whole] or '0'}.{digits[whole:]}" if scale else digits
    return f"-{text}" if is_negative else text


def timestamp(data: Bytes, fraction: int) -> str:
    """Return a TIMESTAMP in UTC; zero is no moment but 0000-00-00."""
    seconds = data.big_number(4)
    part = _fraction(data, fraction)
    if seconds == 0:
        return f"'0000-00-00 00:00:00{part}'"
    moment = dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
    return f"'{moment:%Y-%m-%d %H:%M:%S}{part}'"


def datetime(data: Bytes, fraction: int) -> str:
    """Return a DATETIME: 17 bits of year and month, then 5, 5, 6 and 6 bits."""
    packed = data.big_number(5) - (1 << 39)
    year, month = divmod(packed >> 22, 13)
    day, hour, minute, second = packed >> 17 & 31, packed >> 12 & 31, packed >> 6 & 63, packed & 63
    part = _fraction(data, fraction)
    return f"'{year:04d}-{month:02d}-{day:02d} {hour:02d}:{minute:02d}:{second:02d}{part}'"


def time(data: Bytes, fraction: int) -> str:
    """Return a TIME, of which even the fraction is stored as its complement when it is negative."""
    size = (fraction + 1) // 2
    packed = data.big_number(3 + size) - (0x800000 << 8 * size)
    sign, packed = ("-", -packed) if packed < 0 else ("", packed)
    whole, part = packed >> 8 * size, packed & (1 << 8 * size) - 1
    hour, minute, second = whole >> 12 & 1023, whole >> 6 & 63, whole & 63
    return f"'{sign}{hour:02d}:{minute:02d}:{second:02d}{_digits(part, fraction)}'"


def _year(data: Bytes) -> str:
    year = data.number(1)
    return f"'{year + 1900 if year else 0:04d}'"


def _date(data: Bytes) -> str:
    packed = data.number(3)
    return f"'{packed >> 9:04d}-{packed >> 5 & 15:02d}-{packed & 31:02d}'"


def _fraction(data: Bytes, fraction: int) -> str:
    return _digits(data.big_number((fraction + 1) // 2), fraction)


def _digits(part: int, fraction: int) -> str:
    """Return a fraction of a second, of which an even number of digits is stored."""
    return f".{part:0{fraction + fraction % 2}d}"[: fraction + 1] if fraction else ""


def _text_reader(shape: FollowedColumn, length_size: int) -> Reader:
    def read(data: Bytes) -> str:
        return shape.literal(data.take(data.number(length_size)))

    return read
