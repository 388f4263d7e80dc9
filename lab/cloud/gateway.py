"""The gateway before all services: who calls, and for which project."""

from __future__ import annotations

import datetime as dt

from lab.cloud import refusals
from lab.cloud.accounts import AccessKey, Account, Locks
from lab.cloud.progress import Clock
from lab.cloud.signatures import (
    Authorization,
    SentRequest,
    SignatureError,
    SkewError,
    read_authorization,
    verify,
)


class Gateway:
    """Lets those through who sign with a key of the account, for the account's project."""

    def __init__(self, account: Account, clock: Clock) -> None:
        self._account = account
        self._locks = Locks(clock.now)

    def check(self, request: SentRequest, project: str | None) -> None:
        """Check a request; `project` is that of its path, if it has one.

        Raises:
            RefusalError: it may not pass.
        """
        authorization = _read(request)
        key = self._key(authorization.access_key)
        self._check_signature(request, authorization, key)
        self._check_project(request, project)

    def _key(self, access_key: str) -> AccessKey:
        key = self._account.keys.get(access_key)
        if key is None:
            raise refusals.unknown_key(access_key)
        if not key.enabled:
            raise refusals.disabled_key(access_key)
        if self._locks.is_locked(access_key):
            raise refusals.locked_key()
        return key

    def _check_signature(self, request: SentRequest, authorization: Authorization, key: AccessKey) -> None:
        try:
            verify(request, authorization, key.secret, dt.datetime.now(dt.UTC))
        except SkewError:
            raise refusals.too_much_skew() from None
        except SignatureError:
            self._locks.note_wrong(authorization.access_key)
            raise refusals.wrong_signature() from None
        self._locks.note_right(authorization.access_key)

    def _check_project(self, request: SentRequest, project: str | None) -> None:
        named = {project, request.headers.get("x-project-id")} - {None}
        domain = request.headers.get("x-domain-id", self._account.domain)
        if named - {self._account.project} or domain != self._account.domain:
            raise refusals.wrong_project()


def _read(request: SentRequest) -> Authorization:
    text = request.headers.get("authorization", "")
    if not text:
        raise refusals.not_signed()
    try:
        return read_authorization(text)
    except SignatureError:
        raise refusals.wrong_signature() from None
