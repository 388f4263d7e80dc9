"""Signs what the lab itself asks of the cloud."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator

import httpx

from lab.cloud.signatures import DATE_FORMAT, SentRequest, sign


class Signed(httpx.Auth):
    """Signs every request with an access key, for a project."""

    requires_request_body = True

    def __init__(self, access_key: str, secret_key: str, project: str) -> None:
        self._access_key = access_key
        self._secret_key = secret_key
        self._project = project

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Add the date, the project and the signature."""
        known = {
            "host": request.headers["host"],
            "x-sdk-date": dt.datetime.now(dt.UTC).strftime(DATE_FORMAT),
            "x-project-id": self._project,
        }
        sent = SentRequest(
            request.method,
            request.url.raw_path.decode().partition("?")[0],
            request.url.query.decode(),
            known,
            request.content,
        )
        request.headers.update(known | {"authorization": sign(sent, self._access_key, self._secret_key)})
        yield request
