"""The read-only first step: what `assess_source` finds and recommends, and that it changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.builders.definitions import definition

from .conftest import LEDGER, ROOT, read
from .sides import both_sides, differences, settled_sides

pytestmark = pytest.mark.lab


def test_an_assessment_reports_what_stands_in_the_way_and_changes_nothing() -> None:
    before = settled_sides(definition())
    known = set(LEDGER.glob("*/")) if LEDGER.exists() else set()
    command = [
        sys.executable,
        "-m",
        "lab.migrate",
        "--dag",
        "assess_source",
        "--definition",
        "migrations/lab.yaml",
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "LAB": "up"},
        text=True,
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (folder,) = set(LEDGER.glob("*/")) - known
    report = read(folder / "report.json")
    assert (report["kind"], report["result"], report["items"]) == ("assessment", "succeeded", [])
    rules = {finding["rule"] for finding in report["findings"]}
    assert rules >= {
        "external_endpoint",
        "host_path_volume",
        "ingress_class",
        "load_balancer",
        "token_secret",
    }
    assert all(
        finding["object"] and finding["message"] and finding["remedy"] for finding in report["findings"]
    )
    assert "assessment report" in (folder / "report.html").read_text()
    assessment = report["assessment"]
    assert {row["area"] for row in assessment["target"]} >= {"cluster", "nodes", "network", "storage"}
    assert all(row["bytes"] for row in assessment["source"]["databases"] + assessment["source"]["buckets"])
    assert {row["id"] for row in assessment["prediction"]["phases"]} >= {"swr_image_sync", "cutover"}
    assert differences(before, both_sides(definition())) == []
