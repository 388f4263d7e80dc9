"""Turn what the cloud refused into errors that say service, operation, what happened and what to do.

The words come from the API gateway's error list and FAQ (support.huaweicloud.com, devg-apisign and apig_faq;
docs.otc.t-systems.com, APIG), from CCE's error list, and from answers quoted in public issues. Nobody documents those for a
disabled or expired key, nor for the quotas of every service: their signs are guesses, and what they miss is told by status.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

from include.cloud.clients import Refusal
from include.errors import (
    CloudConflictError,
    CloudError,
    CloudForbiddenError,
    CloudLoginError,
    CloudObjectNotFoundError,
    CloudQuotaError,
    CloudThrottledError,
    CloudUnavailableError,
    MigrationError,
    shorten,
)

CODES = ("errorCode", "error_code", "code")
MESSAGES = ("errorMessage", "errorMsg", "error_msg", "message")
TAGS = re.compile(r"<(style|script).*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
LOGIN = frozenset({400, 401, 403})
REFUSED = frozenset(range(400, 500))
BUSY = frozenset({408, 425, 500, 502, 503, 504})
Kind = type[CloudError] | type[CloudUnavailableError]


@dataclass(frozen=True)
class Reading:
    """Say which answers mean the same: those of these statuses whose code or message shows the sign."""

    kind: Kind
    remedy: str
    statuses: frozenset[int]
    sign: str = ""
    # What the cloud does not send as Retry-After although it asks for it.
    wait_seconds: float = 0.0

    def fits(self, status: int, words: str) -> bool:
        """Say whether an answer means this."""
        return status in self.statuses and bool(re.search(self.sign, words, re.IGNORECASE))


# The first that fits counts.
READINGS = (
    Reading(
        CloudThrottledError,
        "the task retries; run fewer migrations of this project at once (CCE takes 10 changes a minute)",
        frozenset({429}),
    ),
    Reading(
        CloudThrottledError,
        "the cloud locks a key for five minutes after five wrong signatures: wait, and look where else it is used "
        "with a wrong secret key",
        LOGIN,
        r"AK access failed to reach the limit",
        wait_seconds=300.0,
    ),
    Reading(
        CloudLoginError,
        "set the clock of the Airflow worker (NTP): 15 minutes of difference are allowed",
        LOGIN,
        r"signature expired|signature time|time too skewed",
    ),
    Reading(
        CloudLoginError,
        "the secret key does not belong to the access key: copy both again into the connection's login and password",
        LOGIN,
        r"signature fail|signature does not match|SignatureDoesNotMatch",
    ),
    Reading(
        CloudLoginError,
        "the key's temporary part is over or from another region: put a new key and security token into the "
        "connection, or a permanent key without a token",
        LOGIN,
        r"token (expires|is expired|has expired|must be updated)|decrypt token|security.?token",
    ),
    Reading(
        CloudLoginError,
        "the access key was deleted or belongs to another cloud: make a new one under My Credentials, and check "
        "extra.cloud",
        LOGIN,
        r"\bak\b.*not exist|Get secretKey failed|access key.*not (exist|found)|InvalidAccessKeyId",
    ),
    Reading(
        CloudLoginError,
        "enable the access key or its user again in IAM, or make a new key under My Credentials",
        frozenset({401, 403}),
        r"(\bak\b|access key|user|account).*(disabled|inactive|expired|locked|frozen)",
    ),
    Reading(
        CloudForbiddenError,
        "give the key's user this right in IAM, see docs/connections.md",
        LOGIN,
        r"policy doesn.?t allow|not authorized|no permission|action forbidden",
    ),
    Reading(
        CloudQuotaError,
        "raise the quota (console: My Quotas, or a service ticket), or free some of it",
        frozenset({400, 403, 409, 413}),
        # An object may be called quota: the word counts beside another one that tells of a limit.
        r"(insufficient|not enough|exceed\w*|over|reached)\b.{0,40}\bquota"
        r"|quotas?\b.{0,40}\b(exceed|insufficient|not enough|reached|full|used up)",
    ),
    Reading(
        CloudConflictError,
        "use the one that is there, or remove it",
        REFUSED,
        r"already exist",
    ),
    Reading(
        CloudLoginError,
        "compare login and password of the connection with a key that is active under My Credentials",
        frozenset({401}),
    ),
    Reading(
        CloudForbiddenError,
        "check that region and project_id of the connection belong together, and give the key's user the right in "
        "IAM, see docs/connections.md",
        frozenset({403}),
    ),
    Reading(
        CloudError,
        "check the endpoint of this service in the connection: the API is not there",
        frozenset({404}),
        r"has not been published|APIG\w*\.0101",
    ),
    Reading(
        CloudObjectNotFoundError,
        "look whether it was deleted, or lies in another project or region",
        frozenset({404}),
    ),
    Reading(
        CloudConflictError,
        "it is there already, or something runs on it: look at it in the console, then repeat",
        frozenset({409, 412}),
    ),
    Reading(
        CloudUnavailableError,
        "the task retries; if it stays so, give the request id to the cloud's support",
        BUSY,
    ),
)
ANY_OTHER = Reading(CloudError, "correct the request, or give the request id to the cloud's support", REFUSED)


@dataclass(frozen=True)
class Asked:
    """Say what was asked, and where."""

    service: str
    operation: str
    place: str

    def __str__(self) -> str:
        return f"{self.service} {self.operation}, {self.place}"


def refusal_error(refusal: Refusal, asked: Asked) -> MigrationError:
    """Return the error of an answer of 400 or above."""
    code, message, body_request_id = _words(refusal)
    request_id = str(refusal.headers.get("X-Request-Id") or body_request_id)
    reading = next((one for one in READINGS if one.fits(refusal.status, f"{code} {message}")), ANY_OTHER)
    error = reading.kind(
        f"{asked}: the API answered {' '.join(filter(None, [str(refusal.status), code, message]))}"
        f"{f' (request {request_id})' if request_id else ''}; {reading.remedy}",
        service=asked.service,
        operation=asked.operation,
        status=refusal.status,
        code=code,
        request_id=request_id,
    )
    if isinstance(error, CloudUnavailableError):
        error.wait_seconds = _asked_to_wait(refusal.headers) or reading.wait_seconds
    return error


def _words(refusal: Refusal) -> tuple[str, str, str]:
    """Return code, message and request id of a body; one that is not JSON is a message without its tags."""
    try:
        found = list(_mappings(json.loads(refusal.text)))
    except ValueError:
        return "", shorten(TAGS.sub(" ", refusal.text)), ""
    codes = _values(found, CODES)
    # Some bodies repeat the status as the code.
    code = next((one for one in codes if one != str(refusal.status)), "")
    messages = dict.fromkeys(_values(found, MESSAGES))
    return code, shorten(", ".join(messages)), next(iter(_values(found, ("request_id",))), "")


def _mappings(node: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the body's own fields first, then those inside `error`, `errors` and the like."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _mappings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _mappings(value)


def _values(found: list[Mapping[str, Any]], names: tuple[str, ...]) -> list[str]:
    return [str(one[name]) for one in found for name in names if isinstance(one.get(name), str | int)]


def _asked_to_wait(headers: Mapping[str, str]) -> float:
    value = headers.get("Retry-After") or ""
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time())
    except ValueError:
        return 0.0
