"""Read access to a cloud from Airflow's JSON form of a connection, or name everything that is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from include.cloud.access import CloudAccess
from include.cloud.providers import ADDRESSES, HUAWEI, PROVIDERS
from include.errors import ConnectionDetailsError

# A type of our own: docs/decisions/0012.
CONNECTION_TYPE = "cce"
EXTRAS = (
    "cloud",
    "region",
    "project_id",
    "project_name",
    "endpoints",
    "ca_cert",
    "verify",
    "timeout",
    "security_token",
)
LONGEST_TIMEOUT_SECONDS = 600.0
NAME = re.compile(r"[A-Za-z0-9_-]+")


def read_cloud_access(connection_id: str, document: Mapping[str, Any]) -> CloudAccess:
    """Return the access a connection's document describes.

    :raises ConnectionDetailsError: with every problem of the document, each with its place and remedy.
    """
    reader = _Reader(document)
    access = CloudAccess(
        connection_id=connection_id,
        provider=PROVIDERS.get(reader.choice("cloud", tuple(PROVIDERS)), HUAWEI),
        region=reader.name("region", "the region's id, such as eu-de"),
        project_id=reader.name("project_id", "the project's id: My Credentials in the console shows it"),
        project_name=reader.name("project_name") or str(reader.extra.get("region") or ""),
        access_key=reader.key("login", "the access key (AK)"),
        secret_key=reader.key("password", "the secret key (SK)"),
        security_token=reader.text("security_token"),
        endpoints=reader.endpoints(),
        ca_cert=reader.ca_cert(),
        verify=reader.verify(),
        timeout_seconds=reader.timeout(),
    )
    if reader.problems:
        lines = "".join(f"\n  - {problem}" for problem in reader.problems)
        raise ConnectionDetailsError(
            f"connection {connection_id} has problems ({len(reader.problems)}):{lines}",
            connection_id=connection_id,
        )
    return access


class _Reader:
    """Read field after field, and collect what is wrong instead of stopping at the first."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.problems: list[str] = []
        self._document = document
        conn_type = document.get("conn_type")
        if conn_type != CONNECTION_TYPE:
            self._refuse("conn_type", f"is {conn_type!r}", f"set it to {CONNECTION_TYPE}")
        # A form hands empty fields over as null or as an empty text.
        extra = self._mapping("extra", document.get("extra"))
        self.extra = {key: value for key, value in extra.items() if value is not None and str(value)}
        for name in sorted(set(self.extra) - set(EXTRAS)):
            self._refuse(f"extra.{name}", "is not known", f"allowed: {', '.join(EXTRAS)}")

    def key(self, field: str, meaning: str) -> str:
        value = self._document.get(field)
        if not isinstance(value, str) or not value:
            self._refuse(field, "is empty", f"put {meaning} there")
            return ""
        if any(sign.isspace() for sign in value):
            # The value is never repeated: it may be the secret key.
            self._refuse(field, "has a space or a line break in it", f"copy {meaning} again")
        return value

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.extra.get(name)
        if value not in allowed:
            what = "is missing" if value is None else f"is {value!r}"
            self._refuse(f"extra.{name}", what, f"allowed: {', '.join(allowed)}")
        return str(value)

    def name(self, name: str, meaning: str = "") -> str:
        value = self.extra.get(name)
        if value is None:
            if meaning:
                self._refuse(f"extra.{name}", "is missing", f"set it to {meaning}")
            return ""
        if not isinstance(value, str) or not NAME.fullmatch(value):
            self._refuse(f"extra.{name}", f"is {value!r}", "letters, digits, - and _ are allowed")
        return str(value)

    def text(self, name: str) -> str:
        value = self.extra.get(name, "")
        if not isinstance(value, str):
            self._refuse(f"extra.{name}", "is not a text", "put it in quotes")
        return str(value)

    def endpoints(self) -> dict[str, str]:
        found = self._mapping("extra.endpoints", self.extra.get("endpoints"))
        for service, url in found.items():
            place = f"extra.endpoints.{service}"
            if service not in ADDRESSES:
                self._refuse(place, "is not known", f"allowed: {', '.join(ADDRESSES)}")
            elif not isinstance(url, str) or not re.fullmatch(r"https?://[^/\s]+/?", url):
                self._refuse(place, f"is {url!r}", "set it to http(s)://host, without a path")
        return {service: str(url).rstrip("/") for service, url in found.items()}

    def ca_cert(self) -> str:
        path = self.text("ca_cert")
        if path and not Path(path).is_file():
            self._refuse("extra.ca_cert", f"is {path}, which is no file on this machine", "put it there")
        return path

    def verify(self) -> bool:
        value = self.extra.get("verify", True)
        if not isinstance(value, bool):
            self._refuse("extra.verify", f"is {value!r}", "allowed: true, false")
        elif value is False and "ca_cert" in self.extra:
            self._refuse("extra.ca_cert", "is not used while extra.verify is false", "remove one of the two")
        return value is not False

    def timeout(self) -> float:
        value = self.extra.get("timeout", 60)
        try:
            seconds = float(value)
        except (TypeError, ValueError):
            seconds = 0.0
        if not 0 < seconds <= LONGEST_TIMEOUT_SECONDS:
            limit = f"seconds, more than 0 and at most {LONGEST_TIMEOUT_SECONDS:.0f}, are allowed"
            self._refuse("extra.timeout", f"is {value!r}", limit)
        return seconds

    def _mapping(self, place: str, value: Any) -> Mapping[str, Any]:
        value = value or {}
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                self._refuse(place, "is not JSON", "set it to a JSON object")
                return {}
        if not isinstance(value, Mapping):
            self._refuse(place, "is not a JSON object", "set it to one")
            return {}
        return value

    def _refuse(self, place: str, what: str, remedy: str) -> None:
        self.problems.append(f"{place} {what}; {remedy}")
