"""Say as data in what the clouds differ. Another cloud is one more value in `PROVIDERS`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Service = Literal["cce", "ecs", "vpc", "swr", "rds", "dns", "elb", "iam", "drs", "oms"]
SERVICES: tuple[Service, ...] = get_args(Service)
# What a connection may give an address of its own: the services, and the registry that images are pushed to.
ADDRESSES: tuple[str, ...] = (*SERVICES, "registry")

_SAME_ON_BOTH = {
    "cce": "https://cce.{region}.{domain}",
    "ecs": "https://ecs.{region}.{domain}",
    "vpc": "https://vpc.{region}.{domain}",
    "swr": "https://swr-api.{region}.{domain}",
    "rds": "https://rds.{region}.{domain}",
    "dns": "https://dns.{region}.{domain}",
    "elb": "https://elb.{region}.{domain}",
    "iam": "https://iam.{region}.{domain}",
    "drs": "https://drs.{region}.{domain}",
    "registry": "https://swr.{region}.{domain}",
}


@dataclass(frozen=True)
class Provider:
    """Describe one cloud."""

    id: str
    title: str
    domain: str
    # Regions that lie under another domain than the rest.
    other_domains: Mapping[str, str] = field(default_factory=dict)
    # By service, and `registry`; a service that is not there is not offered.
    endpoint_templates: Mapping[str, str] = field(default_factory=lambda: dict(_SAME_ON_BOTH))
    # Smallest and largest weight of a DNS record set; None where traffic cannot be shifted by weights.
    dns_weights: tuple[int, int] | None = None
    smallest_disk_gib: int = 10
    registry_user_template: str = "{project_name}@{access_key}"

    def offers(self, service: Service) -> bool:
        """Say whether the cloud has a service."""
        return service in self.endpoint_templates

    def endpoint(self, service: str, region: str) -> str:
        """Return the base URL of a service that is offered, or of the registry, in a region."""
        domain = self.other_domains.get(region, self.domain)
        return self.endpoint_templates[service].format(region=region, domain=domain)


HUAWEI = Provider(
    id="huawei",
    title="Huawei Cloud",
    domain="myhuaweicloud.com",
    other_domains={"eu-west-101": "myhuaweicloud.eu"},
    endpoint_templates={**_SAME_ON_BOTH, "oms": "https://oms.{region}.{domain}"},
    dns_weights=(0, 1000),
)
# The CCE manual of this cloud allows disks from 1 GiB, the EVS service behind it is Huawei's with its 10: ten is
# right for both. Weights stand only in its list of error codes, no request of its DNS manual has them.
OTC = Provider(id="otc", title="Open Telekom Cloud", domain="otc.t-systems.com")

PROVIDERS: dict[str, Provider] = {one.id: one for one in (HUAWEI, OTC)}
