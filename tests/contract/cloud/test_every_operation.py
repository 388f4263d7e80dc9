"""No operation of the cloud is without a test that calls it by its SDK."""

from __future__ import annotations

from pathlib import Path

import httpx

from .conftest import Server


def test_every_operation_is_called_by_its_services_tests(server: Server) -> None:
    operations = httpx.get(f"{server.url}/_lab/operations", trust_env=False).json()
    assert operations
    folder = Path(__file__).parent
    missing = []
    for operation in operations:
        service, _, method = operation.partition(".")
        text = (folder / f"test_{service}.py").read_text()
        if f"{service}.{method}(" not in text:
            missing.append(operation)
    assert missing == []
