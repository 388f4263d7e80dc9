"""What the lab's customers do: one request at a time, each by a fresh look at the name, none ever sent again."""

from __future__ import annotations

import hashlib
import itertools
import logging
import random
import time

import httpx

from lab import addresses
from lab.estate.heartbeat import note
from lab.estate.traffic_journal import Journal

ORDERS_PER_SECOND = 5
READS_EVERY = 5
UPLOADS_EVERY = 50

_URL = f"http://{addresses.SHOP_HOST}"
_PRODUCTS = 2000

logger = logging.getLogger(__name__)


class Customers:
    """Sends requests, journals what is acknowledged, and logs when the door shuts and opens."""

    def __init__(self, http: httpx.Client, journal: Journal) -> None:
        self._http = http
        self._journal = journal
        self._shut_since: float | None = None

    def order(self, sequence: int) -> None:
        """Send an order, once: without an answer nobody knows whether it was taken."""
        body = {
            "client": self._journal.client,
            "sequence": sequence,
            "product_id": sequence % _PRODUCTS + 1,
            "quantity": sequence % 3 + 1,
        }
        note("tried")
        is_acknowledged = self._send("POST", "/orders", 201, json=body)
        self._journal.order(sequence, is_acknowledged=is_acknowledged)
        if is_acknowledged:
            note("acknowledged")

    def read(self, sequence: int) -> None:
        """Look at a product's picture, and at the front page."""
        if self._send("GET", f"/products/{sequence % 1000 + 1}/picture", 200):
            self._send("GET", "/", 200)

    def upload(self, sequence: int) -> None:
        """Send a file."""
        name = f"{self._journal.client}-{sequence}.bin"
        content = random.Random(name).randbytes(2000 + sequence % 20000)
        if self._send("POST", f"/uploads/{name}", 201, content=content):
            self._journal.upload(name, hashlib.sha256(content).hexdigest())

    def _send(self, method: str, path: str, wanted: int, **body: object) -> bool:
        try:
            answer = self._http.request(method, f"{_URL}{path}", **body)  # type: ignore[arg-type]
            problem = (
                "" if answer.status_code == wanted else f"{answer.status_code} {answer.text[:120].strip()}"
            )
        except httpx.HTTPError as error:
            problem = f"{type(error).__name__} {error}"
        self._log(f"{method} {path}", problem)
        return not problem

    def _log(self, request: str, problem: str) -> None:
        if problem and self._shut_since is None:
            self._shut_since = time.monotonic()
            logger.warning("%s failed: %s", request, problem)
        elif not problem and self._shut_since is not None:
            logger.warning("answered again after %.1f s", time.monotonic() - self._shut_since)
            self._shut_since = None


def serve_for_ever() -> None:
    """Be the customers, as a client of a new name each time: numbers of a former run are never used again."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    client = f"traffic-{time.time_ns() // 1_000_000}"
    logger.info("client %s: %d orders a second", client, ORDERS_PER_SECOND)
    # no kept connections: each request looks the name up anew, as each new customer does
    limits = httpx.Limits(max_keepalive_connections=0)
    with Journal(client) as journal, httpx.Client(timeout=5, limits=limits, trust_env=False) as http:
        customers = Customers(http, journal)
        due = time.monotonic()
        for sequence in itertools.count(1):
            due = max(due + 1 / ORDERS_PER_SECOND, time.monotonic() - 1)
            customers.order(sequence)
            if sequence % READS_EVERY == 0:
                customers.read(sequence)
            if sequence % UPLOADS_EVERY == 0:
                customers.upload(sequence)
            time.sleep(max(0, due - time.monotonic()))
