"""Send requests to one registry: log in where it asks for it, keep its pace, and try again while it is busy."""

from __future__ import annotations

import re
import ssl
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpx
import stamina

from include.connections import RegistryAccess
from include.errors import TemporaryError, shorten
from include.registries.pacing import Pacer, pacer_of
from include.registries.quota import retry_after

CHALLENGE = re.compile(r'(\w+)="([^"]*)"')
TIMEOUT_SECONDS = 15.0
# A registry hashes and moves what it was sent before it answers.
LONG_TIMEOUT = httpx.Timeout(30.0, read=600.0, write=50.0)
# What is read flows, and what is sent is taken.
READING_TIMEOUT = httpx.Timeout(30.0, read=50.0)
# Thousands of images make a registry ask for patience now and then.
BUSY = frozenset({429, 500, 502, 503, 504})
ATTEMPTS = 5
# Waits that the registry asks for are among them.
LONGEST_ASKING_SECONDS = 900.0


class BusyAnswer(Exception):  # ruff: ignore[error-suffix-on-exception-name]  (a signal to the retry loop, never seen outside)
    """Carry an answer that is worth another attempt."""

    def __init__(self, answer: httpx.Response) -> None:
        place = answer.request.url.copy_with(query=None)
        super().__init__(f"{answer.status_code} to {answer.request.method} {place}")
        self.answer = answer


class RegistryClient:
    """Ask one registry; logs in by basic authentication or by the token service it names."""

    def __init__(
        self,
        access: RegistryAccess,
        *,
        transport: httpx.BaseTransport | None = None,
        pacer: Pacer | None = None,
    ) -> None:
        self._access = access
        self._client = httpx.Client(
            verify=_trust(), timeout=TIMEOUT_SECONDS, transport=transport, follow_redirects=True
        )
        self._pacer = pacer or pacer_of(access.host)
        self._authorizations: dict[str, str] = {}
        self._basic = ""

    @property
    def host(self) -> str:
        """Return the registry's host, as texts name it."""
        return self._access.host

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def request(
        self, method: str, path: str, *scopes: str, headers: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """Return an answer that will not get better by asking again.

        :param path: on the registry, or a whole address that it gave.
        :param scopes: what the login is for, e.g. `repository:shop/web:pull`.
        :raises TemporaryError: when there is none, or only busy ones came, or the quota is used up for long.
        """
        url, scope = self.address(path), " ".join(scopes)
        with self._explained():
            answer = self._ask(method, url, self._headers(scope, headers), **options)
            if answer.status_code == 401:
                self._log_in(answer, scopes)
                answer = self._ask(method, url, self._headers(scope, headers), **options)
            return answer

    def send_once(
        self, method: str, url: str, *scopes: str, headers: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """Send a request that cannot be repeated, with the login of the requests before it.

        :raises httpx.TransportError: when the connection breaks.
        """
        self._pacer.wait(is_counted=False)
        answer = self._client.request(
            method, url, headers=self._headers(" ".join(scopes), headers), timeout=LONG_TIMEOUT, **options
        )
        self._pacer.note(answer.status_code, answer.headers)
        return answer

    @contextmanager
    def stream(self, path: str, scope: str) -> Generator[httpx.Response]:
        """Yield an answer whose content is still to be read.

        :raises httpx.TransportError: when the connection breaks.
        """
        for is_last in (False, True):
            self._pacer.wait(is_counted=False)
            headers = self._headers(scope, None)
            with self._client.stream(
                "GET", self.address(path), headers=headers, timeout=READING_TIMEOUT
            ) as answer:
                self._pacer.note(answer.status_code, answer.headers)
                if answer.status_code != 401 or is_last:
                    yield answer
                    return
                self._log_in(answer, [scope])

    def address(self, path: str) -> str:
        """Return the whole address of a path; registries answer with either."""
        return str(httpx.URL(self._access.url).join(path))

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except BusyAnswer as busy:
            raise TemporaryError(
                f"registry {self.host}: answered {busy} {ATTEMPTS} times; {_remedy(busy.answer.status_code)}"
            ) from busy
        except httpx.TransportError as error:
            raise TemporaryError(
                f"registry {self.host}: no answer ({shorten(str(error), 160)}); "
                "check host, scheme and network of the connection"
            ) from error

    def _ask(self, method: str, url: str, headers: dict[str, str], **options: Any) -> httpx.Response:
        attempts = stamina.retry_context(
            on=_worth_repeating, attempts=ATTEMPTS, timeout=LONGEST_ASKING_SECONDS, wait_initial=0.5
        )
        for attempt in attempts:
            with attempt:
                self._pacer.wait(is_counted=method == "GET" and url.startswith(self._access.url))
                answer = self._client.request(method, url, headers=headers, **options)
                self._pacer.note(answer.status_code, answer.headers)
                if answer.status_code in BUSY:
                    raise BusyAnswer(answer)
        return answer

    def _headers(self, scope: str, headers: dict[str, str] | None) -> dict[str, str]:
        authorization = self._authorizations.get(scope) or self._basic
        return {**(headers or {}), **({"Authorization": authorization} if authorization else {})}

    def _log_in(self, refused: httpx.Response, scopes: Sequence[str]) -> None:
        challenge = refused.headers.get("WWW-Authenticate", "")
        login = httpx.BasicAuth(self._access.user, self._access.password)
        if challenge.lower().startswith("bearer"):
            self._authorizations[" ".join(scopes)] = self._token(challenge, scopes, login)
            return
        request = next(login.auth_flow(httpx.Request("GET", self._access.url)))
        self._basic = request.headers["Authorization"]

    def _token(self, challenge: str, scopes: Sequence[str], login: httpx.BasicAuth) -> str:
        fields = dict(CHALLENGE.findall(challenge))
        wanted = dict.fromkeys([*scopes, fields.get("scope", "")])
        parameters = [("service", fields.get("service", "")), *(("scope", one) for one in wanted if one)]
        # Public registries refuse an empty login, but give everybody a token.
        chosen = login if self._access.user else None
        answer = self._ask("GET", fields.get("realm", ""), {}, params=parameters, auth=chosen)
        body: dict[str, Any] = answer.json() if answer.is_success else {}
        token = body.get("token") or body.get("access_token")
        # Without one the registry itself says that the login is not enough.
        return f"Bearer {token}" if token else ""


@cache
def _trust() -> ssl.SSLContext:
    """Return the authorities that certificates are checked by: reading them takes longer than ten requests."""
    return httpx.create_ssl_context()


def explain_refusal(answer: httpx.Response) -> str:
    """Return what a registry says of a request that it refuses: status, codes and messages, on one line."""
    try:
        errors = answer.json()["errors"]
        texts = [f"{error.get('code', '')} {error.get('message', '')}".strip() for error in errors]
    except (ValueError, KeyError, TypeError, AttributeError):
        texts = [answer.text]
    return shorten(f"{answer.status_code} {'; '.join(text for text in texts if text)}".strip(), 200)


def _remedy(status: int) -> str:
    if status == 429:
        return "wait, or ask its operator for a higher limit"
    return "it fails itself: look at its state, and whether its storage is full"


def _worth_repeating(error: Exception) -> bool | float:
    if isinstance(error, BusyAnswer):
        # The pacer keeps the wait that was asked for; none on top of it.
        return 0.001 if retry_after(error.answer.headers) is not None else True
    return isinstance(error, httpx.TransportError)
