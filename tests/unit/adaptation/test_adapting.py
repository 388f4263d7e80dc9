from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.adaptation import adapt_objects, adapt_secrets, adapted_plan, dry_run_objects, resource_modifiers
from include.adaptation.dry_run import Judge
from include.adaptation.merge_patch import apply_merge_patch
from include.clusters import config_maps
from include.errors import PermanentError, ProofError
from include.inventory import load_inventory, take_inventory
from include.inventory.moved_addresses import moves_of
from include.inventory.secrecy import hide_secret
from include.inventory.store import save_inventory
from include.ledger import safe_key
from include.planning.model import Plan, save_plan
from include.planning.object_rows import object_rows
from include.run import MigrationRun
from tests.builders.objects import MemoryCluster, claim, deployment, inventory, make
from tests.builders.proposals import retry_on, source
from tests.builders.runs import run as lab_run


def planned_run(folder: Path, *objects: dict[str, Any]) -> MigrationRun:
    run = lab_run(folder)
    moves = moves_of(run.definition)
    kept = inventory(
        *[hide_secret(obj, moves, run.secrets_key) if obj["kind"] == "Secret" else obj for obj in objects],
        namespaces=["shop"],
        registries=[],
    )
    save_inventory(run.ledger, kept)
    save_plan(run.ledger, Plan(items=object_rows(kept)))
    return run


def modifiers(run: MigrationRun) -> dict[str, Any]:
    return resource_modifiers(run, adapted_plan(run))


def secret(value: str) -> dict[str, Any]:
    data = {"url": base64.b64encode(value.encode()).decode()}
    return make("v1", "Secret", "db", data=data, metadata={"resourceVersion": "7"})


SECRET = secret("postgres://u:secret-password@pg.source.lab:5432/shop")


class ClosingCluster(MemoryCluster):
    """Refuse, as an API server does, to change what is immutable; take fields that are no mappings."""

    def patch(self, path: str, patch: dict[str, Any], **parameters: Any) -> dict[str, Any]:
        assert not self.objects[path].get("immutable"), "field is immutable when `immutable` is set"
        self.objects[path] = apply_merge_patch(self.objects[path], patch)
        return self.objects[path]


def test_each_difference_is_kept_beside_the_rules_that_made_it(tmp_path: Path) -> None:
    run = planned_run(tmp_path, claim(), make("v1", "ConfigMap", "plain", data={"a": "b"}))
    assert adapt_objects(run) == 2
    key = "persistentvolumeclaims/shop/uploads"
    document = run.ledger.read(f"adaptation/{safe_key(key)}")
    assert document["rules"] == ["claims"]
    assert document["difference"]["spec"]["storageClassName"] == "csi-disk"
    assert {item.key: item.action for item in run.ledger.items("adaptation")} == {
        key: "adapted",
        "configmaps/shop/plain": "already_equal",
    }


def test_a_modifier_makes_the_held_and_adapted_object_of_the_backed_up_one(tmp_path: Path) -> None:
    backed_up = deployment("web.v1", replicas=2)
    run = planned_run(tmp_path, backed_up)
    config_map = modifiers(run)
    (text,) = config_map["data"].values()
    (rule,) = yaml.safe_load(text)["resourceModifierRules"]
    assert rule["conditions"] == {
        "groupResource": "deployments.apps",
        "resourceNameRegex": r"^(web\.v1)$",
        "namespaces": ["shop"],
    }
    restored = apply_merge_patch(backed_up, json.loads(rule["mergePatches"][0]["patchData"]))
    assert restored["spec"]["replicas"] == 0
    assert restored["spec"]["template"]["spec"]["containers"][0]["image"] == "swr.eu-de.lab/shop/shop/app:1"
    assert restored["metadata"]["annotations"] == {"cce-migration/held": '{"replicas": 2}'}


def test_a_modifier_names_its_object_alone_whatever_signs_are_in_the_name(tmp_path: Path) -> None:
    role = make("rbac.authorization.k8s.io/v1", "RoleBinding", "ops(team):a+b.*", roleRef={})
    role["metadata"]["annotations"] = {"control-plane.alpha.kubernetes.io/leader": "x"}
    run = planned_run(tmp_path, role)

    (text,) = modifiers(run)["data"].values()

    pattern = yaml.safe_load(text)["resourceModifierRules"][0]["conditions"]["resourceNameRegex"]
    assert re.fullmatch(pattern, "ops(team):a+b.*")
    assert not re.fullmatch(pattern, "ops(team):aab.*x")


def test_objects_that_get_the_same_patch_share_a_rule(tmp_path: Path) -> None:
    services = [make("v1", "Service", name, spec={"clusterIP": "10.0.0.9"}) for name in ("cart", "web")]
    run = planned_run(tmp_path, *services, deployment("cart"), deployment("web"))

    (text,) = modifiers(run)["data"].values()

    rules = yaml.safe_load(text)["resourceModifierRules"]
    patterns = [
        (rule["conditions"]["groupResource"], rule["conditions"]["resourceNameRegex"]) for rule in rules
    ]
    assert ("services", "^(cart|web)$") in patterns
    assert len(patterns) == len(set(patterns))


def test_modifiers_that_do_not_fit_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_maps, "MOST_BYTES", 100)

    with pytest.raises(PermanentError, match=r"ConfigMap velero/cce-modifiers-.* migrate fewer namespaces"):
        modifiers(planned_run(tmp_path, deployment()))


def test_making_modifiers_twice_gives_the_same_text(tmp_path: Path) -> None:
    run = planned_run(tmp_path, deployment(), claim(), SECRET)
    assert modifiers(run) == modifiers(run)


def test_all_refusals_of_the_target_are_named_at_once(tmp_path: Path) -> None:
    run = planned_run(tmp_path, deployment("one"), deployment("two"), deployment("three"))
    run.__dict__["target"] = MemoryCluster(
        "target", refusals={"one": "no such field", "two": "denied by policy"}
    )
    adapt_objects(run)
    with pytest.raises(ProofError) as caught:
        dry_run_objects(run)
    assert caught.value.problems == [
        "Deployment shop/one, target cluster: no such field",
        "Deployment shop/two, target cluster: denied by policy",
    ]
    assert [item.action for item in run.ledger.items("adaptation")] == ["failed", "adapted", "failed"]


def test_objects_of_a_missing_namespace_are_tried_elsewhere(tmp_path: Path) -> None:
    run = planned_run(tmp_path, deployment())
    run.__dict__["target"] = target = MemoryCluster("target")
    dry_run_objects(run)
    assert [obj["metadata"]["namespace"] for obj in target.tried] == ["default"]
    (proof,) = run.ledger.proofs("adaptation").values()
    assert (proof.method, proof.equal) == ("server-side dry run in namespace default", True)


def test_a_custom_resource_waits_for_its_planned_definition(tmp_path: Path) -> None:
    spec = {"group": "shop.lab", "names": {"kind": "Campaign"}}
    crd = make("apiextensions.k8s.io/v1", "CustomResourceDefinition", "campaigns.shop.lab", spec=spec)
    run = planned_run(tmp_path, crd, make("shop.lab/v1", "Campaign", "c", spec={}))
    run.__dict__["target"] = target = MemoryCluster("target")
    target.unknown_kinds = {"Campaign"}
    assert dry_run_objects(run) == 2
    assert [obj["kind"] for obj in target.tried] == ["CustomResourceDefinition"]
    assert "proved after it" in run.ledger.proofs("adaptation")["campaigns.shop.lab/shop/c"].method


def test_a_kind_the_target_does_not_know_is_refused(tmp_path: Path) -> None:
    run = planned_run(tmp_path, make("shop.lab/v1", "Campaign", "c", spec={}))
    run.__dict__["target"] = target = MemoryCluster("target")
    target.unknown_kinds = {"Campaign"}
    with pytest.raises(ProofError, match=r"does not serve Campaign of shop\.lab/v1"):
        dry_run_objects(run)


def test_secrets_are_tried_with_placeholders(tmp_path: Path) -> None:
    run = planned_run(tmp_path, SECRET)
    run.__dict__["target"] = target = MemoryCluster("target", make("v1", "Namespace", "shop"))
    dry_run_objects(run)
    assert target.tried[0]["data"] == {"url": base64.b64encode(b"placeholder").decode()}


def test_addresses_in_secrets_are_rewritten_on_the_target_alone(tmp_path: Path) -> None:
    run = planned_run(tmp_path, SECRET)
    run.__dict__["target"] = target = MemoryCluster("target", SECRET)
    assert adapt_secrets(run) == 1
    live = target.find("/api/v1/namespaces/shop/secrets/db")
    assert base64.b64decode(live["data"]["url"]) == b"postgres://u:secret-password@pg.rds.lab:5432/shop"
    assert adapt_secrets(run) == 0
    assert "secret-password" not in "".join(path.read_text() for path in tmp_path.rglob("*.json"))


def test_a_rehearsals_secrets_call_its_own_services(tmp_path: Path) -> None:
    called = secret("http://api.shop.svc:8080/v1 http://api.other.svc")
    service = make("v1", "Service", "api", spec={"clusterIP": "10.0.0.7", "ports": [{"port": 8080}]})
    for is_rehearsal, expected in ((False, "api.shop.svc"), (True, "api.shop-rehearsal.svc")):
        cluster = source(service, called)
        run = replace(retry_on(tmp_path / str(is_rehearsal), cluster), is_rehearsal=is_rehearsal)
        run.__dict__["source"] = cluster
        take_inventory(run)
        save_plan(run.ledger, Plan(items=object_rows(load_inventory(run.ledger))))
        run.__dict__["target"] = target = MemoryCluster("target", called)

        assert adapt_secrets(run) == int(is_rehearsal)
        live = target.find("/api/v1/namespaces/shop/secrets/db")
        assert (
            base64.b64decode(live["data"]["url"]).decode()
            == f"http://{expected}:8080/v1 http://api.other.svc"
        )


def test_a_secret_that_nobody_may_change_is_restored_open_and_closed_with_its_new_values(
    tmp_path: Path,
) -> None:
    closed, plain = {**SECRET, "immutable": True}, secret("nothing that moves") | {"immutable": True}
    plain["metadata"] = {**plain["metadata"], "name": "plain"}
    run = planned_run(tmp_path, closed, plain)

    (text,) = modifiers(run)["data"].values()
    (rule,) = yaml.safe_load(text)["resourceModifierRules"]
    assert rule["conditions"]["resourceNameRegex"] == "^(db)$"
    restored = apply_merge_patch(closed, json.loads(rule["mergePatches"][0]["patchData"]))
    assert restored == SECRET

    run.__dict__["target"] = target = ClosingCluster("target", restored)
    assert adapt_secrets(run) == 1
    assert target.find("/api/v1/namespaces/shop/secrets/db")["immutable"] is True
    assert adapt_secrets(run) == 0


def test_a_secret_that_differs_on_the_target_is_not_touched(tmp_path: Path) -> None:
    run = planned_run(tmp_path, SECRET)
    run.__dict__["target"] = MemoryCluster("target", secret("postgres://other@pg.source.lab:5432/shop"))
    with pytest.raises(ProofError, match="differs from the source's"):
        adapt_secrets(run)


def test_a_secret_that_is_missing_is_an_error(tmp_path: Path) -> None:
    run = planned_run(tmp_path, SECRET)
    run.__dict__["target"] = MemoryCluster("target")
    with pytest.raises(ProofError, match="is not there"):
        adapt_secrets(run)


def test_the_target_is_asked_once_whether_it_serves_a_kind() -> None:
    campaigns = [make("shop.lab/v1", "Campaign", f"c{number}", spec={}) for number in range(3)]
    target = MemoryCluster("target")
    target.unknown_kinds = {"Campaign"}
    asked: list[str] = []
    resource = target.resource
    target.resource = lambda version, kind: asked.append(kind) or resource(version, kind)  # type: ignore[method-assign,func-returns-value]
    judge = Judge(target, [])
    for campaign in campaigns:
        judge.judge(campaign)
    assert asked == ["Campaign"]
