"""The lab's cloud is tried with the made-up secrets that its services are tried with."""

from __future__ import annotations

from tests.unit.lab.services.conftest import secrets

__all__ = ["secrets"]
