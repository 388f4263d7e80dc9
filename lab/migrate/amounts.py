"""Sizes and durations as people read them."""

from __future__ import annotations

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def size(count: float) -> str:
    """Return a size, e.g. `310 MB`."""
    unit = _unit(count)
    return f"{_scaled(count, unit)} {_UNITS[unit]}"


def size_of(count: float, total: float) -> str:
    """Return how much of a total is there, in the total's unit, e.g. `80 of 220 MB`."""
    unit = _unit(max(count, total))
    return f"{_scaled(count, unit)} of {_scaled(total, unit)} {_UNITS[unit]}"


def duration(seconds: float) -> str:
    """Return a duration, e.g. `8 s`, `4 min 10 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def counted(count: int, noun: str) -> str:
    """Return a number with its noun, e.g. `1 item`, `12 items`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _unit(count: float) -> int:
    unit = 0
    while count >= 1000 and unit < len(_UNITS) - 1:
        count /= 1000
        unit += 1
    return unit


def _scaled(count: float, unit: int) -> str:
    value = count / 1000**unit
    return f"{value:.1f}" if unit and 0 < value < 10 else f"{value:.0f}"
