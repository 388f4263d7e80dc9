"""Ask image registries for digests and sizes, without pulling."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import httpx
import stamina

from include.connections import RegistryAccess
from include.errors import PermanentError, TemporaryError, shorten
from include.inventory.references import Reference

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
ACCEPT = ", ".join((*INDEXES, *MANIFESTS))
PLATFORM = ("linux", "amd64")
CHALLENGE = re.compile(r'(\w+)="([^"]*)"')
TIMEOUT_SECONDS = 15.0
# Thousands of images make a registry ask for patience now and then.
BUSY = frozenset({429, 500, 502, 503, 504})
ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 60.0


class BusyAnswer(Exception):  # ruff: ignore[error-suffix-on-exception-name]  (a signal to the retry loop, never seen outside)
    """Carry an answer that is worth another attempt."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(f"{answer.status_code} to {answer.request.method} {answer.request.url}")
        self.answer = answer


@dataclass(frozen=True)
class RemoteImage:
    """Tell what a registry holds: `digest` of the manifest or index, `size` of config and layers in bytes."""

    digest: str
    size: int


class Registry:
    """Ask one registry; logs in by basic authentication or by the token service it names."""

    def __init__(self, access: RegistryAccess, *, transport: httpx.BaseTransport | None = None) -> None:
        self._access = access
        self._client = httpx.Client(timeout=TIMEOUT_SECONDS, transport=transport, follow_redirects=True)
        self._authorizations: dict[str, str] = {}

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def check_login(self) -> None:
        """Raise a `PermanentError` unless the registry accepts the login; a `TemporaryError` while it is busy."""
        answer = self._get("/v2/", scope="")
        if not answer.is_success:
            raise PermanentError(
                f"registry {self._access.host}: the login of {self._access.user} was answered {answer.status_code}; "
                "correct login and password of the connection"
            )

    def image(self, reference: Reference) -> RemoteImage:
        """Return digest and size of an image; of an index the size of its linux/amd64 image.

        :raises PermanentError: when the registry does not have it or refuses the login.
        :raises TemporaryError: when it does not answer, or stays busy.
        """
        answer = self._manifest(reference, reference.digest or reference.tag)
        digest = answer.headers.get("Docker-Content-Digest") or reference.digest
        manifest = answer.json()
        if "manifests" in manifest:
            manifest = self._manifest(reference, _choose_platform(manifest)).json()
        parts = [manifest.get("config") or {}, *(manifest.get("layers") or [])]
        return RemoteImage(digest, sum(int(part.get("size") or 0) for part in parts))

    def _manifest(self, reference: Reference, name: str) -> httpx.Response:
        path = f"/v2/{reference.repository}/manifests/{name}"
        answer = self._get(path, scope=f"repository:{reference.repository}:pull", headers={"Accept": ACCEPT})
        if answer.is_success:
            return answer
        raise PermanentError(
            f"image {self._access.host}/{reference.repository}:{name}: the registry answered {answer.status_code}; "
            "check that the image still exists and that the connection may read it"
        )

    def _get(self, path: str, scope: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """Return an answer that will not get better by asking again.

        :raises TemporaryError: when there is none, or only busy ones came.
        """
        url = f"{self._access.url}{path}"
        try:
            answer = self._ask(url, self._headers(scope, headers))
            if answer.status_code == 401:
                self._log_in(answer, scope)
                answer = self._ask(url, self._headers(scope, headers))
        except BusyAnswer as busy:
            raise TemporaryError(
                f"registry {self._access.host}: answered {busy} {ATTEMPTS} times; wait, or ask its operator for a higher limit"
            ) from busy
        except httpx.TransportError as error:
            raise TemporaryError(
                f"registry {self._access.host}: no answer ({shorten(str(error), 160)}); "
                "check host, scheme and network of the connection"
            ) from error
        return answer

    def _ask(self, url: str, headers: dict[str, str], **options: Any) -> httpx.Response:
        attempts = stamina.retry_context(
            on=_worth_repeating, attempts=ATTEMPTS, timeout=LONGEST_WAIT_SECONDS, wait_initial=0.5
        )
        for attempt in attempts:
            with attempt:
                answer = self._client.get(url, headers=headers, **options)
                if answer.status_code in BUSY:
                    raise BusyAnswer(answer)
        return answer

    def _headers(self, scope: str, headers: dict[str, str] | None) -> dict[str, str]:
        authorization = self._authorizations.get(scope)
        return {**(headers or {}), **({"Authorization": authorization} if authorization else {})}

    def _log_in(self, refused: httpx.Response, scope: str) -> None:
        challenge = refused.headers.get("WWW-Authenticate", "")
        login = httpx.BasicAuth(self._access.user, self._access.password)
        if challenge.lower().startswith("bearer"):
            fields = dict(CHALLENGE.findall(challenge))
            parameters = {"service": fields.get("service", ""), "scope": fields.get("scope") or scope}
            # Public registries refuse an empty login, but give everybody a token.
            chosen = login if self._access.user else None
            answer = self._ask(fields.get("realm", ""), {}, params=parameters, auth=chosen)
            body: dict[str, Any] = answer.json() if answer.is_success else {}
            self._authorizations[scope] = f"Bearer {body.get('token') or body.get('access_token') or ''}"
            return
        request = next(login.auth_flow(httpx.Request("GET", self._access.url)))
        self._authorizations[scope] = request.headers["Authorization"]


def _worth_repeating(error: Exception) -> bool | float:
    if isinstance(error, BusyAnswer):
        seconds = error.answer.headers.get("Retry-After", "")
        return min(float(seconds), LONGEST_WAIT_SECONDS / 2) if seconds.isdigit() and seconds != "0" else True
    return isinstance(error, httpx.TransportError)


def _choose_platform(index: dict[str, Any]) -> str:
    manifests = index["manifests"]
    for entry in manifests:
        platform = entry.get("platform") or {}
        if (platform.get("os"), platform.get("architecture")) == PLATFORM:
            return str(entry["digest"])
    return str(manifests[0]["digest"]) if manifests else ""
