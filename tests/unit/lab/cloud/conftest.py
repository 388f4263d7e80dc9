"""Secrets of a lab that does not exist, so that no test makes those of the machine's own."""

from __future__ import annotations

import pytest

import lab.secrets


@pytest.fixture(autouse=True)
def secrets(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("lab")
    monkeypatch.setattr(lab.secrets, "LAB", folder)
    monkeypatch.setattr(lab.secrets, "SECRETS_FILE", folder / "secrets.json")
    return lab.secrets.secrets()
