"""A pod spec inside a custom resource is looked at like that of a Deployment, where the definition says that it is one."""

from __future__ import annotations

from typing import Any

import pytest

from include.definition import Definition
from include.definition.model import CONTAINER_LISTS as NAMED_LISTS
from include.inventory import Finding
from include.inventory.finding_rules import find_all
from include.inventory.model import label
from include.inventory.pod_specs import CONTAINER_LISTS
from include.inventory.workloads import migrated_pods, own_pods
from tests.builders.definitions import definition
from tests.builders.objects import container, deployment, inventory, make

PLACE = {"kind": "Campaign", "group": "shop.lab", "path": "spec.sets[*].template.spec"}
NAME = "Campaign shop/spring"

Manifest = dict[str, Any]


def campaign(spec: Manifest, metadata: Manifest | None = None, **fields: Any) -> Manifest:
    template = {"metadata": metadata or {}, "spec": spec}
    return make("shop.lab/v1", "Campaign", "spring", spec={"sets": [{"template": template}], **fields})


def named() -> Definition:
    return definition(lambda document: document.update(adaptation={"pod_specs": [PLACE]}))


def found(spec: Manifest, chosen: Definition, **options: Any) -> list[Finding]:
    objects = [campaign(spec, **options), make("v1", "Namespace", "shop")]
    return find_all(inventory(*objects, image_fields=chosen.image_fields), chosen)


def pod(**fields: Any) -> Manifest:
    return {"containers": [container()], **fields}


def one(**fields: Any) -> Manifest:
    return {"containers": [container(**fields)]}


def folder(path: str) -> Manifest:
    return pod(volumes=[{"name": "data", "hostPath": {"path": path}}])


TOKEN = {"sources": [{"serviceAccountToken": {"audience": "vault"}}]}
APART = {
    "podAntiAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "rack", "labelSelector": {}}]
    }
}
CASES: list[tuple[str, str, Manifest]] = [
    ("cpu_architecture", "warning", pod(nodeSelector={"kubernetes.io/arch": "arm64"})),
    ("dangling_reference", "warning", one(envFrom=[{"configMapRef": {"name": "gone"}}])),
    ("extended_resource", "warning", one(resources={"limits": {"nvidia.com/gpu": "1"}})),
    ("host_alias", "warning", pod(hostAliases=[{"ip": "192.0.2.7", "hostnames": ["db"]}])),
    ("host_path_volume", "blocker", folder("/var/lib")),
    ("host_path_volume", "warning", folder("/data")),
    ("host_port", "warning", one(ports=[{"containerPort": 80, "hostPort": 80}])),
    ("inline_volume", "blocker", pod(volumes=[{"name": "d", "awsElasticBlockStore": {"volumeID": "v"}}])),
    ("node_disk", "warning", one(resources={"requests": {"ephemeral-storage": "80Gi"}})),
    ("node_pinning", "warning", pod(nodeSelector={"kubernetes.io/hostname": "n1"})),
    ("plain_secret", "warning", one(env=[{"name": "DB_PASSWORD", "value": "x"}])),
    ("pod_dns", "warning", pod(dnsConfig={"nameservers": ["192.0.2.53"]})),
    ("privileged_pod", "warning", one(securityContext={"privileged": True})),
    ("runtime_class", "warning", pod(runtimeClassName="gvisor")),
    ("scheduler", "warning", pod(schedulerName="volcano")),
    ("token_audience", "warning", pod(volumes=[{"name": "t", "projected": TOKEN}])),
    ("topology_spread", "warning", pod(affinity=APART)),
    ("unsafe_sysctl", "warning", pod(securityContext={"sysctls": [{"name": "kernel.msgmax", "value": "1"}]})),
    ("windows_workload", "blocker", pod(os={"name": "windows"})),
]


@pytest.mark.parametrize(("rule", "severity", "spec"), CASES, ids=[f"{case[0]} {case[1]}" for case in CASES])
def test_a_rule_about_pods_sees_a_named_pod_spec_and_no_other(
    rule: str, severity: str, spec: Manifest
) -> None:
    seen = [(one.rule, one.severity) for one in found(spec, named()) if one.object.startswith(NAME)]
    unnamed = [one.rule for one in found(spec, definition()) if one.object.startswith(NAME)]
    assert (rule, severity) in seen
    assert rule not in unnamed


@pytest.mark.parametrize(
    ("rule", "annotation"),
    [
        ("cni_annotation", {"cni.projectcalico.org/ipv4pools": '["blue"]'}),
        ("cloud_identity", {"iam.amazonaws.com/role": "shop"}),
        ("sidecar_injection", {"sidecar.istio.io/inject": "true"}),
    ],
)
def test_a_rule_about_annotations_sees_those_beside_a_named_pod_spec(
    rule: str, annotation: dict[str, str]
) -> None:
    metadata = {"annotations": annotation}
    seen = [one.rule for one in found(pod(), named(), metadata=metadata) if one.object == NAME]
    assert rule in seen
    assert [one.rule for one in found(pod(), named()) if one.object == NAME and one.rule == rule] == []


def test_an_image_of_an_unknown_registry_is_told_wherever_a_named_pod_spec_has_it() -> None:
    spec = {
        "initContainers": [container("quay.io/tools/wait:1")],
        "containers": [container("docker.io/library/nginx:1")],
    }
    images = [one.object for one in found(spec, named()) if one.rule == "unknown_registry"]
    assert images == ["docker.io/library/nginx:1", "quay.io/tools/wait:1"]
    assert [one for one in found(spec, definition()) if one.rule == "unknown_registry"] == []


def test_a_claim_that_stays_behind_is_a_blocker_for_a_custom_resource_that_mounts_it() -> None:
    def excluded(document: Manifest) -> None:
        document["adaptation"] = {"pod_specs": [PLACE]}
        document["volumes"]["excluded"] = ["shop/uploads"]

    spec = pod(volumes=[{"name": "u", "persistentVolumeClaim": {"claimName": "uploads"}}])
    chosen = definition(excluded)
    problems = [(one.severity, one.rule) for one in found(spec, chosen) if one.object == NAME]
    assert ("blocker", "volume_choice") in problems


def test_a_token_that_a_custom_resource_mounts_needs_a_person() -> None:
    token = make("v1", "Secret", "token", type="kubernetes.io/service-account-token")
    spec = pod(volumes=[{"name": "t", "secret": {"secretName": "token"}}])
    severities = [
        finding.severity
        for chosen in (named(), definition())
        for finding in find_all(inventory(token, campaign(spec)), chosen)
        if finding.object == "Secret shop/token"
    ]
    assert severities == ["warning", "info"]


def test_pods_of_custom_resources_come_beside_workloads_and_keep_their_name() -> None:
    objects = inventory(deployment(), campaign(pod()))
    assert [label(obj) for obj, _ in migrated_pods(objects, named())] == ["Deployment shop/web", NAME]
    assert [label(obj) for obj in own_pods(objects, definition())] == ["Deployment shop/web", NAME]
    assert [label(obj) for obj in own_pods(objects, named())] == ["Deployment shop/web", NAME, NAME]


def test_a_healthy_pod_spec_of_a_custom_resource_hears_nothing_but_that_it_needs_its_operator() -> None:
    assert {one.rule for one in found(pod(), named()) if one.severity != "info"} == set()


def test_definition_and_inventory_name_the_same_lists_of_containers() -> None:
    assert NAMED_LISTS == CONTAINER_LISTS
