"""The commands of the documentation that need clusters, as a person types them: in the order of the pages."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.conftest import ROOT
from tests.documented import Block, commands_of

from .conftest import Outcome
from .sides import KUBECONFIGS

pytestmark = pytest.mark.lab


def type_in(block: Block, **variables: str) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.script],
        cwd=ROOT,
        env={**os.environ, **variables},
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("block", [*commands_of("lab"), *commands_of("lab target")], ids=str)
def test_it_succeeds_on_a_lab_that_was_migrated(block: Block, migration: Outcome) -> None:
    variables = {"KUBECONFIG": str(KUBECONFIGS["target"])} if block.how == "lab target" else {}
    type_in(block, **variables)


def test_the_account_for_a_migration_can_be_made_and_taken_back() -> None:
    try:
        for block in commands_of("lab source"):
            type_in(block, KUBECONFIG=str(KUBECONFIGS["source"]))
    finally:
        (ROOT / "source.kubeconfig").unlink(missing_ok=True)
