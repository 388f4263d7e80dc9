"""What was set otherwise at a source bucket since the plan is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.objects import setting_marks
from include.objects.drift import bucket_changes
from include.objects.setting_marks import note_settings
from include.run import MigrationRun
from tests.builders.runs import run as build_run
from tests.unit.objects.test_settings import CORS, RULE, Settings


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Settings:
    made = Settings(get_bucket_cors={"CORSRules": CORS}, get_bucket_policy="AccessDenied")
    monkeypatch.setattr(setting_marks, "open_storage", lambda access: made)
    return made


@pytest.fixture
def run(tmp_path: Path, store: Settings) -> MigrationRun:
    built = build_run(tmp_path)
    note_settings(built)
    return built


def test_what_stays_as_it_was_is_no_change(run: MigrationRun, store: Settings) -> None:
    store.answers["get_bucket_cors"] = {"CORSRules": [{**CORS[0], "AllowedMethods": ["GET", "PUT"]}]}
    assert bucket_changes(run) == []


def test_what_is_new_changed_or_gone_is_named(run: MigrationRun, store: Settings) -> None:
    store.answers["get_bucket_lifecycle_configuration"] = {"Rules": [RULE]}
    del store.answers["get_bucket_cors"]
    (change,) = bucket_changes(run)
    assert change.text() == "changed: bucket product-pictures (lifecycle rules; CORS rules)"


def test_what_the_store_did_not_tell_is_no_change(run: MigrationRun, store: Settings) -> None:
    store.answers["get_bucket_policy"] = {"Policy": "{}"}
    assert bucket_changes(run) == []


def test_a_run_whose_settings_nobody_noted_has_no_changes(tmp_path: Path) -> None:
    assert bucket_changes(build_run(tmp_path)) == []
