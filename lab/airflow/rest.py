"""A client of Airflow's REST API: logs in, asks again when its token is old."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from lab.airflow import places
from lab.secrets import secrets

_PAGE = 500
_SECONDS = 20.0


class RestError(Exception):
    """Airflow refused a request; the text is its reason."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True)
class Login:
    """Where an Airflow is, and who asks it."""

    url: str
    user: str
    password: str = field(repr=False)


class RestClient:
    """Ask Airflow's API (`/api/v2`). An `httpx.TransportError` means that it does not answer.

    :param login: the lab's user at the lab's Airflow if left out.
    """

    def __init__(self, *, login: Login | None = None, transport: httpx.BaseTransport | None = None) -> None:
        # the machine's proxy has no business with the loopback address
        self._login = login
        self._http = httpx.Client(
            base_url=login.url if login else places.url(),
            timeout=_SECONDS,
            trust_env=False,
            transport=transport,
        )
        self._token = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; leaving a `with` block does."""
        self._http.close()

    def health(self) -> dict[str, Any]:
        """Return what Airflow says of its programs; needs no login."""
        return _body(self._http.get("/api/v2/monitor/health", timeout=5))

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Read something."""
        return self._ask("GET", path, params=query)

    def post(self, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """Make something."""
        return self._ask("POST", path, json=document)

    def patch(self, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """Change something."""
        return self._ask("PATCH", path, json=document)

    def pages(self, path: str, name: str, **query: Any) -> list[dict[str, Any]]:
        """Read a whole list, however many pages it has; `name` is its field in the answers."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.get(path, limit=_PAGE, offset=len(found), **query)
            found += page[name]
            if not page[name] or len(found) >= page["total_entries"]:
                return found

    def _ask(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        if not self._token:
            self._log_in()
        answer = self._send(method, path, arguments)
        if answer.status_code in {401, 403}:
            self._log_in()
            answer = self._send(method, path, arguments)
        return _body(answer)

    def _send(self, method: str, path: str, arguments: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._http.request(method, f"/api/v2{path}", headers=headers, **arguments)

    def _log_in(self) -> None:
        login = self._login or Login(places.url(), places.USER, secrets()["airflow_password"])
        document = {"username": login.user, "password": login.password}
        self._token = _body(self._http.post("/auth/token", json=document))["access_token"]


def _body(answer: httpx.Response) -> dict[str, Any]:
    if answer.is_success:
        return dict(answer.json()) if answer.content else {}
    request = answer.request
    text = f"{request.method} {request.url.path}: {answer.status_code} {_reason(answer)}"
    raise RestError(text, answer.status_code)


def _reason(answer: httpx.Response) -> str:
    try:
        detail = answer.json().get("detail")
    except (ValueError, AttributeError):
        detail = answer.text
    return str(detail)[:1000]
