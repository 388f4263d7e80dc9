"""Check an answer over HTTP, asked of each side's load balancer under the front door's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from include.addressing import origin, request_at
from include.connections.access import Side
from include.definition import HttpCheck, JsonValue
from include.errors import shorten
from include.verification.checks.probe import AS_SOURCE, NoAnswerError, compact

SHOWN_BODY = 120
NO_JSON = "the body is no JSON"
NO_VALUE = "nothing there"


class HttpProbe:
    """Request a path.

    :param front_door: URL customers use; its scheme, name and port are kept, its address is not looked up.
    :param addresses: IP (or IP:port) of the load balancer of each side.
    :param target_transport: the way to the target where it is not the network.
    """

    def __init__(
        self,
        check: HttpCheck,
        front_door: str,
        addresses: Mapping[Side, str],
        target_transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._check = check
        self._front_door = origin(front_door)
        self._addresses = addresses
        self._clients: dict[Side, httpx.Client] = {
            "source": _client(check, None),
            "target": _client(check, target_transport),
        }

    @property
    def sides(self) -> frozenset[Side]:
        """Return both sides for what changes nothing."""
        return frozenset(self._addresses) if self._check.is_harmless else frozenset()

    def ask(self, side: Side) -> dict[str, Any]:
        """Return status, text and values of the answer, each as far as the check names it."""
        request = request_at(self._front_door, self._addresses[side], self._check.path)
        headers = {**self._check.headers, **request.pop("headers")}
        try:
            answer = self._clients[side].request(
                self._check.method, **request, headers=headers, content=self._check.body
            )
        except httpx.TransportError as error:
            raise NoAnswerError(f"{type(error).__name__} {shorten(str(error), SHOWN_BODY)}") from error
        return {"status": answer.status_code, **self._text(answer), **self._values(answer)}

    def expected(self, source: Any) -> dict[str, Any]:
        """Return what the definition says, and what it leaves to the source."""
        text = {"contains": self._check.contains} if self._check.contains else {}
        values = {value.path: _expected_value(value, source) for value in self._check.values}
        return {"status": self._check.status, **text, **values}

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            client.close()

    def _text(self, answer: httpx.Response) -> dict[str, str]:
        wanted = self._check.contains
        if not wanted:
            return {}
        return {"contains": wanted if wanted in answer.text else shorten(answer.text, SHOWN_BODY)}

    def _values(self, answer: httpx.Response) -> dict[str, Any]:
        if not self._check.values:
            return {}
        try:
            document = answer.json()
        except ValueError:
            return {value.path: NO_JSON for value in self._check.values}
        return {value.path: compact(value_at(value.path, document)) for value in self._check.values}


def _client(check: HttpCheck, transport: httpx.BaseTransport | None) -> httpx.Client:
    return httpx.Client(
        timeout=check.timeout_seconds, trust_env=False, verify=check.verify_certificate, transport=transport
    )


def value_at(path: str, document: Any) -> Any:
    """Return what a JSON path finds: one value, a list of several, or words for none."""
    from jsonpath_ng import parse

    found = [match.value for match in parse(path).find(document)]
    if not found:
        return NO_VALUE
    return found[0] if len(found) == 1 else found


def _expected_value(value: JsonValue, source: Any) -> Any:
    if not value.same_as_source:
        return compact(value.equals)
    return source.get(value.path, AS_SOURCE) if isinstance(source, dict) else AS_SOURCE
