"""What is set at a bucket is set at its target and read back, or told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from include.errors import ProofError
from include.ledger import Proof
from include.objects import jobs
from include.objects.copying import copy_bucket_delta
from include.objects.handover import hand_over_buckets, take_back_buckets
from include.objects.recreating import KIND, recreate_settings
from include.objects.setting_rows import setting_rows
from include.objects.settings import EVERYBODY, policy_statements, settings_of
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.runs import plan_row
from tests.builders.runs import run as build_run
from tests.unit.objects.fake_store import FakeStore

KEY = "product-pictures"
RULE = {
    "ID": "old",
    "Status": "Enabled",
    "Filter": {"Prefix": "tmp/"},
    "Transitions": [
        {"Days": 30, "StorageClass": "ONEZONE_IA"},
        {"Days": 9, "StorageClass": "INTELLIGENT_TIERING"},
    ],
    "Expiration": {"Days": 90},
}
CORS = [{"AllowedMethods": ["PUT", "GET"], "AllowedOrigins": ["*"]}]
OWNER = {"Grantee": {"Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}


class Settings:
    """Answer for the settings it has; of the others it says that there are none."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def ask(self, request: str) -> dict[str, Any]:
        answer = self.answers.get(request, "NoSuchThing")
        if isinstance(answer, str):
            raise ClientError({"Error": {"Code": answer, "Message": ""}}, request)
        return dict(answer)

    def __getattr__(self, request: str) -> Any:
        if not request.startswith("get_bucket") and request not in {
            "get_object_lock_configuration",
            "get_public_access_block",
        }:
            raise AttributeError(request)
        return lambda Bucket: self.ask(request)  # ruff: ignore[invalid-argument-name]


class Store(FakeStore, Settings):
    """Keep objects and settings, and add what a real store adds to them."""

    def __init__(self, clock: list[int], **answers: Any) -> None:
        FakeStore.__init__(self, clock)
        Settings.__init__(self, **answers)
        self.refused: set[str] = set()

    def put_bucket_lifecycle_configuration(self, LifecycleConfiguration: Any, **_: Any) -> None:  # ruff: ignore[invalid-argument-name]
        self._take(
            "get_bucket_lifecycle_configuration", {**LifecycleConfiguration, "TransitionDefault": "128K"}
        )

    def put_bucket_cors(self, CORSConfiguration: Any, **_: Any) -> None:  # ruff: ignore[invalid-argument-name]
        rules = [
            {**rule, "AllowedMethods": sorted(rule["AllowedMethods"]), "MaxAgeSeconds": 0}
            for rule in CORSConfiguration["CORSRules"]
        ]
        self._take("get_bucket_cors", {"CORSRules": rules})

    def _take(self, request: str, answer: dict[str, Any]) -> None:
        if request in self.refused:
            raise ClientError({"Error": {"Code": "MalformedXML", "Message": ""}}, request)
        self.answers[request] = answer


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> dict[str, Store]:
    clock = [0]
    source = Store(
        clock,
        get_bucket_lifecycle_configuration={"Rules": [RULE]},
        get_bucket_cors={"CORSRules": CORS},
        get_bucket_versioning={},
    )
    sides = {"us-east-1": source, "eu-de": Store(clock)}
    monkeypatch.setattr(jobs, "open_client", lambda access: sides[access.region])
    source.put_object("b", "a", b"x")
    return {"source": source, "target": sides["eu-de"]}


@pytest.fixture
def run(tmp_path: Path, stores: dict[str, Store]) -> MigrationRun:
    built = build_run(tmp_path)
    rows = [row.model_dump() for row in setting_rows(built.definition.buckets[0], stores["source"])]
    bucket = plan_row(KEY, "obs_sync", details={"name": KEY})
    save_plan(built.ledger, Plan.model_validate({"items": [bucket, *rows]}))
    return built


def proof(run: MigrationRun, slug: str) -> Proof:
    return run.ledger.proofs("obs_sync")[f"{KEY}/{slug}"]


def test_a_row_is_planned_for_each_setting(stores: dict[str, Store]) -> None:
    rows = list(setting_rows(definition().buckets[0], stores["source"]))
    assert [(row.key, row.kind) for row in rows] == [(f"{KEY}/lifecycle", KIND), (f"{KEY}/cors", KIND)]


def test_settings_are_set_and_proved_and_rules_rest_until_the_hand_over(
    run: MigrationRun, stores: dict[str, Store]
) -> None:
    assert recreate_settings(run) == 2

    (rule,) = stores["target"].answers["get_bucket_lifecycle_configuration"]["Rules"]
    assert rule["Status"] == "Disabled"
    assert rule["Transitions"] == [{"Days": 30, "StorageClass": "STANDARD_IA"}]
    assert proof(run, "cors").equal
    assert "disabled until the target takes over" in proof(run, "lifecycle").method

    copy_bucket_delta(run, KEY)
    hand_over_buckets(run)
    (rule,) = stores["target"].answers["get_bucket_lifecycle_configuration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert "disabled" not in proof(run, "lifecycle").method

    take_back_buckets(run)
    (rule,) = stores["target"].answers["get_bucket_lifecycle_configuration"]["Rules"]
    assert rule["Status"] == "Disabled"


def test_a_target_in_use_is_compared_and_not_written_to(run: MigrationRun, stores: dict[str, Store]) -> None:
    recreate_settings(run)
    copy_bucket_delta(run, KEY)
    hand_over_buckets(run)
    assert recreate_settings(run) == 2
    stores["target"].answers["get_bucket_cors"] = {"CORSRules": []}

    with pytest.raises(ProofError, match="CORS rules are not at the target"):
        recreate_settings(run)
    assert stores["target"].answers["get_bucket_cors"] == {"CORSRules": []}


def test_what_the_target_refuses_is_named(run: MigrationRun, stores: dict[str, Store]) -> None:
    stores["target"].refused = {"get_bucket_cors"}

    with pytest.raises(ProofError, match=r"CORS rules .*refused: MalformedXML.*settings: report"):
        recreate_settings(run)
    assert not proof(run, "cors").equal
    assert proof(run, "lifecycle").equal


def told(store: Settings, **of_bucket: Any) -> list[str]:
    changed = definition(lambda document: document["buckets"][0].update(of_bucket))
    return settings_of(store, changed.buckets[0])


def test_a_plain_bucket_has_nothing_to_tell() -> None:
    assert told(Settings(get_bucket_versioning={}, get_bucket_acl={"Grants": [OWNER]})) == []


def test_what_stays_behind_is_named_with_what_it_says() -> None:
    policy = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}]}
    store = Settings(
        get_bucket_versioning={"Status": "Enabled"},
        get_bucket_policy={"Policy": json.dumps(policy)},
        get_bucket_acl={"Grants": [OWNER, {"Grantee": {"URI": EVERYBODY}, "Permission": "READ"}]},
        get_bucket_website="AccessDenied",
    )
    behind = ["its policy (Allow s3:GetObject to everybody)", "public access (READ)"]
    unknown = "website settings (not readable: AccessDenied)"

    assert told(store) == [*behind, unknown]
    assert told(store, settings="report") == [*behind, "versioning", unknown]


def test_a_policy_names_no_account() -> None:
    statement = {
        "Effect": "Deny",
        "Principal": {"AWS": ["arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:user/x"]},
        "Action": ["s3:PutObject", "s3:DeleteObject"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    assert policy_statements(json.dumps({"Statement": statement})) == [
        "Deny s3:PutObject s3:DeleteObject to 2 named principals under conditions"
    ]
