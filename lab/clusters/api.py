"""A small client of a cluster's API: plain requests over TLS, no generated models."""

from __future__ import annotations

import base64
import json
import ssl
import tempfile
from pathlib import Path
from typing import Any

import httpx


class ApiError(Exception):
    """The API server refused a request; `status` is the HTTP status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class ClusterApi:
    """A cluster's API as an administrator sees it."""

    def __init__(self, kubeconfig: Path, timeout: float = 10) -> None:
        config = json.loads(kubeconfig.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        context = ssl.create_default_context(cadata=_decoded(cluster["certificate-authority-data"]))
        with tempfile.NamedTemporaryFile(
            "w"
        ) as pair:  # a context only loads a client's certificate from a file
            pair.write(_decoded(user["client-certificate-data"]) + _decoded(user["client-key-data"]))
            pair.flush()
            context.load_cert_chain(pair.name)
        self._client = httpx.Client(
            base_url=cluster["server"], verify=context, timeout=timeout, trust_env=False
        )

    def __enter__(self) -> ClusterApi:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; leaving a `with` block does."""
        self._client.close()

    def request(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json"
    ) -> Any:
        """Make a request and return the answer: decoded JSON, or text where it is none.

        Raises:
            ApiError: the server refused it.
            httpx.HTTPError: the server could not be reached.
        """
        content = None if body is None else json.dumps(body)
        answer = self._client.request(method, path, content=content, headers={"Content-Type": content_type})
        if answer.status_code >= 400:
            raise ApiError(answer.status_code, f"{method} {path}: {answer.status_code} {answer.text[:400]}")
        return answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.text

    def get(self, path: str) -> Any:
        """Return what is at a path."""
        return self.request("GET", path)

    def items(self, path: str) -> list[dict[str, Any]]:
        """Return all items of a collection."""
        found: list[dict[str, Any]] = self.get(path)["items"]
        return found

    def create(self, path: str, body: dict[str, Any]) -> Any:
        """Create an object in a collection."""
        return self.request("POST", path, body)

    def merge(self, path: str, body: dict[str, Any]) -> Any:
        """Change an object by a merge patch."""
        return self.request("PATCH", path, body, "application/merge-patch+json")

    def apply(self, path: str, body: dict[str, Any]) -> Any:
        """Create or change an object by a server-side apply."""
        return self.request(
            "PATCH", f"{path}?fieldManager=cce-lab&force=true", body, "application/apply-patch+yaml"
        )


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()
