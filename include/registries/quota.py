"""Read from an answer how many requests a registry still takes, and when it will take more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# The new form, one field: `"default";r=50;t=30` (draft-ietf-httpapi-ratelimit-headers-08 and later).
FIELD = re.compile(r"\b(?P<name>[rt])=(?P<value>\d+)")
# Docker Hub's form, and that of the drafts before: `76;w=21600` (https://docs.docker.com/docker-hub/usage/pulls/).
AMOUNT = re.compile(r"(?P<amount>\d+)(?:.*?;\s*w=(?P<window>\d+))?")


@dataclass(frozen=True)
class Quota:
    """Tell what is left: `limit` is None when it is not told, `seconds` until it is filled up again, at the latest."""

    remaining: int
    limit: int | None
    seconds: float


def read_quota(headers: Mapping[str, str]) -> Quota | None:
    """Return the quota that an answer tells, or None."""
    fields = {found["name"]: int(found["value"]) for found in FIELD.finditer(headers.get("RateLimit", ""))}
    if "r" in fields:
        return Quota(fields["r"], None, float(fields.get("t", 0)))
    remaining = AMOUNT.match(headers.get("RateLimit-Remaining", ""))
    if remaining is None:
        return None
    limit = AMOUNT.match(headers.get("RateLimit-Limit", ""))
    reset = headers.get("RateLimit-Reset", "")
    window = remaining["window"] or (limit["window"] if limit else None) or 0
    seconds = float(reset) if reset.isdigit() else float(window)
    return Quota(int(remaining["amount"]), int(limit["amount"]) if limit else None, seconds)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds that `Retry-After` asks for, whether it names them or a moment; None without it."""
    text = headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
