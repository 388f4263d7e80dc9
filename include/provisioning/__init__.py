"""Make what the target cloud lacks, or take what is there: find, judge, order once, wait, record, prove."""

from __future__ import annotations

from include.provisioning.orders import MadeResource, made_resources
from include.provisioning.providing import provide
from include.provisioning.resource import Found, Resource

__all__ = ["Found", "MadeResource", "Resource", "made_resources", "provide"]
