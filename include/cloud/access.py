"""Hold what it takes to reach one project of a cloud, as a frozen value whose text never shows a secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from include.cloud.providers import Provider
from include.ledger.secrets_guard import register_secret


@dataclass(frozen=True)
class CloudAccess:
    """Reach the services of one project in one region with an access key."""

    connection_id: str
    provider: Provider
    region: str
    project_id: str
    # The main project of a region is called like the region; others `region_name`.
    project_name: str
    access_key: str
    secret_key: str = field(repr=False)
    security_token: str = field(default="", repr=False)
    # Base URLs in the place of the provider's, by service or `registry`.
    endpoints: Mapping[str, str] = field(default_factory=dict)
    # A file of certificates on this machine; empty: those the machine trusts.
    ca_cert: str = ""
    verify: bool = True
    timeout_seconds: float = 60.0

    def __post_init__(self) -> None:
        register_secret(self.secret_key)
        register_secret(self.security_token)

    @property
    def place(self) -> str:
        """Return how texts call what this reaches: the connection, the cloud and the region."""
        return f"connection {self.connection_id}, {self.provider.title} {self.region}"

    def endpoint(self, service: str) -> str:
        """Return the base URL of a service, or of the `registry`."""
        return self.endpoints.get(service) or self.provider.endpoint(service, self.region)
