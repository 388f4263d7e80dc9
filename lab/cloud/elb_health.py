"""The health checks of ELB: real requests to the members, by a thread."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx

from lab.cloud.backends.fronts import Fronts
from lab.cloud.elb_answers import MEMBERS, MONITORS
from lab.cloud.store import Store

ONLINE, OFFLINE, INITIAL, NO_MONITOR = "ONLINE", "OFFLINE", "INITIAL", "NO_MONITOR"
_SECONDS_BETWEEN_LOOKS = 0.1
_FAILURES = 3


@dataclass
class _Seen:
    """What is known of a member: how often in a row it was well or not, and when it was asked last."""

    state: str = INITIAL
    in_a_row: int = 0
    was_well: bool = False
    asked: float = float("-inf")


class Health:
    """Check the members of each pool that has a health check until the fronts are closed."""

    def __init__(self, store: Store, fronts: Fronts) -> None:
        self._store = store
        self._seen: dict[str, _Seen] = {}
        threading.Thread(target=self._watch, args=(fronts.closed,), daemon=True).start()

    def state(self, member: str, pool: str) -> str:
        """Return the health of a member."""
        if self._check_of(pool) is None:
            return NO_MONITOR
        return self._seen.get(member, _Seen()).state

    def _check_of(self, pool: str) -> dict[str, Any] | None:
        return next((one for one in self._store.all(MONITORS).values() if one["pool_id"] == pool), None)

    def _watch(self, closed: threading.Event) -> None:
        while not closed.wait(_SECONDS_BETWEEN_LOOKS):
            for key, member in self._store.all(MEMBERS).items():
                check = self._check_of(member["pool"])
                seen = self._seen.setdefault(key, _Seen())
                if check is not None and time.monotonic() - seen.asked >= check["delay"]:
                    seen.asked = time.monotonic()
                    _note(seen, check, is_well=_is_well(member, check))


def _note(seen: _Seen, check: dict[str, Any], *, is_well: bool) -> None:
    seen.in_a_row = seen.in_a_row + 1 if is_well == seen.was_well else 1
    seen.was_well = is_well
    if is_well and seen.in_a_row >= check["max_retries"]:
        seen.state = ONLINE
    if not is_well and (seen.state == INITIAL or seen.in_a_row >= check.get("max_retries_down", _FAILURES)):
        seen.state = OFFLINE


def _is_well(member: dict[str, Any], check: dict[str, Any]) -> bool:
    place = member["address"], int(check.get("monitor_port") or member["protocol_port"])
    try:
        if check["type"] == "TCP":
            socket.create_connection(place, timeout=check["timeout"]).close()
            return True
        return _is_expected(_status(place, check), check.get("expected_codes", "200"))
    except (OSError, httpx.HTTPError):
        return False


def _status(place: tuple[str, int], check: dict[str, Any]) -> int:
    host = {"Host": check["domain_name"]} if check.get("domain_name") else {}
    url = f"http://{place[0]}:{place[1]}{check.get('url_path', '/')}"
    with httpx.Client(timeout=check["timeout"], trust_env=False) as client:
        return client.request(check.get("http_method", "GET"), url, headers=host).status_code


def _is_expected(status: int, codes: str) -> bool:
    for part in codes.split(","):
        first, _, last = part.strip().partition("-")
        if int(first) <= status <= int(last or first):
            return True
    return False
