"""Share what all parts of a definition obey: frozen, no unknown fields, checked names."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

RESERVED_NAMESPACES = {
    "kube-system": "it belongs to the cluster itself; CCE brings its own",
    "kube-public": "it belongs to the cluster itself; CCE brings its own",
    "kube-node-lease": "it holds the heartbeats of the source's nodes",
    "velero": "it holds the migration's own tools in both clusters",
}
NAME_PATTERN = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
CONNECTION_PATTERN = "^[A-Za-z][A-Za-z0-9_-]*$"
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
ORGANIZATION_NAME = re.compile(r"[a-z](?:[a-z0-9]|[._-](?=[a-z0-9]))*")
SERVICE_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?/[a-z](?:[a-z0-9-]*[a-z0-9])?")

SIZE = re.compile(r"([1-9][0-9]*)\s*(MB|GB|TB)")
SIZE_UNITS = {"MB": 10**6, "GB": 10**9, "TB": 10**12}


class Part(BaseModel):
    """Refuse unknown fields and later changes; take field names and their YAML aliases."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _bucket(name: str) -> str:
    if not BUCKET_NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is not a bucket name OBS takes; "
            "allowed: 3 to 63 of a-z, 0-9 and '-', no dots (the TLS wildcard does not cover them)"
        )
    return name


def _organization(name: str) -> str:
    if len(name) > 64 or not ORGANIZATION_NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is not an SWR organization name; allowed: 1 to 64 of a-z, 0-9, '.', '_', '-', "
            "first a letter, last a letter or digit, no two separators side by side"
        )
    return name


def _namespace(name: str) -> str:
    if name in RESERVED_NAMESPACES:
        raise ValueError(f"{name!r} is never migrated: {RESERVED_NAMESPACES[name]}; remove it")
    return name


def _service(name: str) -> str:
    if not SERVICE_NAME.fullmatch(name):
        raise ValueError(f"{name!r} does not name a Service; write namespace/name, e.g. shop/web")
    return name


def size_in_bytes(text: str) -> int:
    """Return the bytes of a size such as `10GB`.

    :raises ValueError: when it is no size.
    """
    found = SIZE.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a size; write a whole number with MB, GB or TB, e.g. 10GB")
    return int(found[1]) * SIZE_UNITS[found[2]]


def _size(text: str) -> str:
    size_in_bytes(text)
    return text


def _address(text: str) -> str:
    if not text or any(character.isspace() for character in text):
        raise ValueError(
            f"{text!r} is not an address; write what the applications use, e.g. host:port or a URL"
        )
    return text


Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=63)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
ConnectionId = Annotated[str, StringConstraints(pattern=CONNECTION_PATTERN, max_length=200)]
Namespace = Annotated[Name, AfterValidator(_namespace)]
BucketName = Annotated[str, AfterValidator(_bucket)]
OrganizationName = Annotated[str, AfterValidator(_organization)]
ServiceName = Annotated[str, AfterValidator(_service)]
Address = Annotated[str, AfterValidator(_address)]
Size = Annotated[str, AfterValidator(_size)]
UrlPath = Annotated[str, StringConstraints(pattern=r"^/\S*$")]
HttpUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+(/\S*)?$")]
DnsRecord = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9_*-]+\.)+$")]
