"""SDK-HMAC-SHA256, the signature of every request to the cloud: made as its SDKs make it, and verified."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

ALGORITHM = "SDK-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
DATE_FORMAT = "%Y%m%dT%H%M%SZ"
# from memory: the gateway's documents give no number
LARGEST_SKEW = dt.timedelta(minutes=15)
_ALWAYS_SIGNED = {"host", "x-sdk-date"}
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Access=(?P<access>[^,\s]+), ?SignedHeaders=(?P<headers>[^,\s]+), ?Signature=(?P<signature>[0-9a-f]{{64}})"
)


class SignatureError(Exception):
    """A request is not signed as it must be; the text says in what."""


class SkewError(SignatureError):
    """The request's date is too far from now."""


@dataclass(frozen=True)
class SentRequest:
    """A request as it came: path and query still quoted, the names of headers in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Authorization:
    """What the header of that name says."""

    access_key: str
    signed_headers: tuple[str, ...]
    signature: str


def read_authorization(text: str) -> Authorization:
    """Read the header `Authorization`.

    Raises:
        SignatureError: it is none of this algorithm.
    """
    found = _AUTHORIZATION.fullmatch(text.strip())
    if found is None:
        raise SignatureError("the header Authorization is not of SDK-HMAC-SHA256")
    return Authorization(found["access"], tuple(found["headers"].split(";")), found["signature"])


def verify(request: SentRequest, authorization: Authorization, secret_key: str, now: dt.datetime) -> None:
    """Verify the signature of a request.

    Raises:
        SkewError: it was signed too long ago, or for a time to come.
        SignatureError: it is not the signature of this request by this key.
    """
    names = authorization.signed_headers
    if list(names) != sorted(names) or not set(names) >= _ALWAYS_SIGNED:
        raise SignatureError("host and x-sdk-date must be signed, and the names be sorted")
    if set(names) - set(request.headers):
        raise SignatureError("a signed header was not sent")
    _check_date(request.headers["x-sdk-date"], now)
    expected = signature_of(request, names, secret_key)
    if not hmac.compare_digest(expected, authorization.signature):
        raise SignatureError("the signature is another one")


def _check_date(text: str, now: dt.datetime) -> None:
    try:
        signed = dt.datetime.strptime(text, DATE_FORMAT).replace(tzinfo=dt.UTC)
    except ValueError:
        raise SignatureError("x-sdk-date is no date") from None
    if abs(now - signed) > LARGEST_SKEW:
        raise SkewError(f"signed at {text}, and it is {now.strftime(DATE_FORMAT)}")


def signature_of(request: SentRequest, signed_headers: Sequence[str], secret_key: str) -> str:
    """Return the signature of a request."""
    digest = hashlib.sha256(canonical_request(request, signed_headers).encode()).hexdigest()
    text = f"{ALGORITHM}\n{request.headers['x-sdk-date']}\n{digest}"
    return hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()


def sign(request: SentRequest, access_key: str, secret_key: str) -> str:
    """Return the header `Authorization` of a request; headers with an underscore stay unsigned, as the SDKs do it."""
    names = sorted(name for name in request.headers if "_" not in name)
    signature = signature_of(request, names, secret_key)
    return f"{ALGORITHM} Access={access_key}, SignedHeaders={';'.join(names)}, Signature={signature}"


def canonical_request(request: SentRequest, signed_headers: Sequence[str]) -> str:
    """Return the text that is signed."""
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in signed_headers)
    return "\n".join([
        request.method.upper(),
        _canonical_path(request.path),
        _canonical_query(request.query),
        headers,
        ";".join(signed_headers),
        _hash_of_body(request),
    ])


def _canonical_path(path: str) -> str:
    # unquoted first, split then: the SDKs do it so, and a quoted slash is a slash in what is signed
    quoted = "/".join(quote(segment, safe="~") for segment in unquote(path).split("/"))
    return quoted if quoted.endswith("/") else f"{quoted}/"


def _canonical_query(query: str) -> str:
    pairs = [part.partition("=") for part in query.split("&") if part]
    known = sorted((unquote(name), unquote(value)) for name, _, value in pairs)
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in known)


def _hash_of_body(request: SentRequest) -> str:
    said = request.headers.get("x-sdk-content-sha256")
    # an empty body's hash is never the header's: the SDKs do it so
    if said == UNSIGNED and request.body:
        return UNSIGNED
    return hashlib.sha256(request.body).hexdigest()
