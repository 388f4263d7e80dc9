"""regctl reads its logins from memory: a task that is killed leaves no password on the disk."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from include.connections import RegistryAccess
from include.images.regctl import open_regctl

ACCESS = RegistryAccess("registry.test", "user", "registry-secret", "http")


def test_the_logins_are_in_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("include.images.regctl.find_program", lambda name, package: name)
    with open_regctl({"registry.test": ACCESS}) as regctl:
        config = regctl._config
        hosts = json.loads(config.read_text())["hosts"]
        assert hosts["registry.test"]["pass"] == "registry-secret"
        assert list(tmp_path.iterdir()) == []
    assert not config.exists()
