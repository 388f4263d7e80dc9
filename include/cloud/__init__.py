"""Talk to the control plane of Huawei Cloud and Open Telekom Cloud, both through one code path.

The SDK's packages take seconds and a hundred megabytes to import: they are imported where a client is made.
"""

from __future__ import annotations

from include.cloud.access import CloudAccess
from include.cloud.checking import check_access
from include.cloud.cloud import Cloud
from include.cloud.providers import PROVIDERS, Provider, Service
from include.cloud.registry_login import registry_login

__all__ = ["PROVIDERS", "Cloud", "CloudAccess", "Provider", "Service", "check_access", "registry_login"]
