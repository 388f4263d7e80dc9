from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.inventory import findings
from include.inventory.finding_rules import find_all, finding_rules
from include.inventory.scope import CLUSTER_WIDE
from tests.builders.definitions import definition
from tests.builders.objects import claim, container, deployment, inventory, make, pod, volume, workload

LOAD_BALANCER = make("v1", "Service", "web", spec={"type": "LoadBalancer", "selector": {"app": "web"}})
AWS = "service.beta.kubernetes.io/aws-load-balancer-type"
TWO_DIGESTS = [
    pod(
        f"web-{number}",
        status={
            "phase": "Running",
            "containerStatuses": [
                {"name": "app", "imageID": f"registry.source.lab/shop/app@sha256:{str(number) * 64}"}
            ],
        },
    )
    for number in (1, 2)
]
WEBHOOK = make(
    "admissionregistration.k8s.io/v1",
    "ValidatingWebhookConfiguration",
    "guard",
    webhooks=[{"clientConfig": {"service": {"namespace": "shop", "name": "guard"}}}],
)


def host_path(path: str) -> dict[str, Any]:
    return deployment(volumes=[{"name": "logs", "hostPath": {"path": path}}])


def environment(value: str, name: str = "ADDRESS") -> dict[str, Any]:
    return deployment(containers=[container(env=[{"name": name, "value": value}])])


def stateful_set(storage_class: str | None) -> dict[str, Any]:
    made = workload("StatefulSet", "db")
    template = claim("data", storage_class=storage_class)
    made["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": template["spec"]}]
    return made


RESTRICTED = "pod-security.kubernetes.io/enforce"
PORT = {"port": 80, "nodePort": 30080}
APPLIED = {"kubectl.kubernetes.io/last-applied-configuration": '{"nodePort":30080}'}
OPERATOR = {"apiVersion": "acid.zalan.do/v1", "kind": "postgresql", "name": "pg", "controller": True}
CASES = [
    pytest.param(
        [make("v1", "Service", "legacy", spec={"ports": [{"port": 5432}]})],
        "manual_endpoints",
        "warning",
        id="a Service without selector",
    ),
    pytest.param([host_path("/var/log/app")], "host_path_volume", "warning", id="a folder of the node"),
    pytest.param([host_path("/var/lib/")], "host_path_volume", "blocker", id="a folder CCE forbids"),
    pytest.param(
        [claim(storage_class="gp3")], "storage_class_without_mapping", "blocker", id="an unmapped class"
    ),
    pytest.param(
        [claim(storage_class=None)], "storage_class_without_mapping", "blocker", id="no class at all"
    ),
    pytest.param(
        [make("v1", "Service", "web", metadata={"annotations": {AWS: "nlb"}}, spec={"type": "LoadBalancer"})],
        "load_balancer",
        "info",
        id="annotations of another cloud",
    ),
    pytest.param(
        [environment("jdbc:oracle://erp.example.com:1521/x")],
        "external_endpoint",
        "warning",
        id="an address nobody moves",
    ),
    pytest.param(
        [environment("postgres://pg.source.lab:5432/shop")],
        "external_endpoint",
        "info",
        id="an address that moves",
    ),
    pytest.param(
        [make("v1", "Secret", "db", data={"url": {"sha256": "x", "addresses": ["shop-orders"]}})],
        "external_endpoint",
        "info",
        id="a moved address in a Secret",
    ),
    pytest.param([WEBHOOK], "admission_webhook", "warning", id="a webhook served from a migrated namespace"),
    pytest.param([pod("alone")], "bare_pod", "warning", id="a pod without controller"),
    pytest.param(
        [
            make(
                "policy/v1", "PodDisruptionBudget", "web", status={"expectedPods": 1, "disruptionsAllowed": 0}
            )
        ],
        "blocking_disruption_budget",
        "warning",
        id="a budget that allows nothing",
    ),
    pytest.param(
        [make("v1", "Secret", "token", type="kubernetes.io/service-account-token")],
        "token_secret",
        "info",
        id="a token nobody uses",
    ),
    pytest.param(
        [
            make("v1", "Secret", "token", type="kubernetes.io/service-account-token"),
            deployment(volumes=[{"name": "t", "secret": {"secretName": "token"}}]),
        ],
        "token_secret",
        "warning",
        id="a token a workload mounts",
    ),
    pytest.param(
        [claim(accessModes=["ReadWriteMany"]), volume()],
        "shared_claim",
        "blocker",
        id="shared access on a disk",
    ),
    pytest.param([claim(size="1Gi"), volume()], "small_claim", "info", id="a claim below the smallest disk"),
    pytest.param([claim(volumeName="")], "unreachable_volume", "warning", id="a claim without volume"),
    pytest.param(
        [claim(), volume(nodeAffinity=None)],
        "unreachable_volume",
        "blocker",
        id="a folder of an unknown node",
    ),
    pytest.param([claim(volumeMode="Block"), volume()], "block_volume", "blocker", id="a raw block device"),
    pytest.param(
        [
            make("v1", "Namespace", "shop", metadata={"labels": {RESTRICTED: "restricted"}}),
            claim(size="20Gi"),
            volume(),
        ],
        "pod_security",
        "blocker",
        id="a namespace that refuses movers",
    ),
    pytest.param(
        [make("v1", "Service", "web", spec={"type": "NodePort", "selector": {"a": "b"}, "ports": [PORT]})],
        "node_port",
        "warning",
        id="a node port of unknown origin",
    ),
    pytest.param(
        [stateful_set(None)], "storage_class_without_mapping", "info", id="a template without class"
    ),
    pytest.param(
        [stateful_set("gp3")],
        "storage_class_without_mapping",
        "blocker",
        id="a template of an unmapped class",
    ),
    pytest.param(
        [
            make(
                "apps/v1",
                "StatefulSet",
                "pg",
                metadata={"ownerReferences": [OPERATOR]},
                spec={"template": {"spec": {}}},
            )
        ],
        "foreign_controller",
        "warning",
        id="a StatefulSet of an operator",
    ),
    pytest.param(
        [make("batch/v1beta1", "CronJob", "nightly", spec={})],
        "removed_api",
        "blocker",
        id="a removed API version",
    ),
    pytest.param(
        [environment("hunter2", "DB_PASSWORD")], "plain_secret", "warning", id="a password in plain text"
    ),
    pytest.param(TWO_DIGESTS, "moved_tag", "warning", id="one tag, two images"),
    pytest.param(
        [
            pod(
                "web-1",
                owner="web",
                status={
                    "phase": "Running",
                    "containerStatuses": [
                        {"name": "app", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
                    ],
                },
            )
        ],
        "unhealthy_pod",
        "warning",
        id="a pod that restarts",
    ),
    pytest.param(
        [deployment(nodeSelector={"kubernetes.io/hostname": "n1"})],
        "node_pinning",
        "warning",
        id="a chosen node",
    ),
    pytest.param(
        [make("networking.k8s.io/v1", "Ingress", "web", spec={"ingressClassName": "alb"})],
        "ingress_class",
        "info",
        id="another cloud's Ingress",
    ),
    pytest.param(
        [make("networking.k8s.io/v1", "Ingress", "web", spec={"ingressClassName": "nginx"})],
        "ingress_class",
        "warning",
        id="an nginx Ingress",
    ),
    pytest.param(
        [deployment(containers=[container("docker.io/library/nginx:1")])],
        "unknown_registry",
        "warning",
        id="a registry without connection",
    ),
    pytest.param(
        [make("autoscaling/v2", "HorizontalPodAutoscaler", "web", spec={"metrics": [{"type": "Pods"}]})],
        "autoscaler_metrics",
        "warning",
        id="an autoscaler by custom metrics",
    ),
]


@pytest.mark.parametrize(("objects", "rule", "severity"), CASES)
def test_finds(objects: list[dict[str, Any]], rule: str, severity: str) -> None:
    found = find_all(inventory(*objects), definition())
    assert (rule, severity) in {(finding.rule, finding.severity) for finding in found}


QUIET = [
    pytest.param(
        [claim(size="20Gi"), volume(hostPath=None, csi={"driver": "x"})], id="a CSI volume nobody mounts"
    ),
    pytest.param(
        [
            make("v1", "Namespace", "shop", metadata={"labels": {RESTRICTED: "baseline"}}),
            claim(size="20Gi"),
            volume(),
        ],
        id="a namespace that lets movers in",
    ),
    pytest.param(
        [
            make(
                "v1",
                "Service",
                "web",
                metadata={"annotations": APPLIED},
                spec={"type": "NodePort", "selector": {"a": "b"}, "ports": [PORT]},
            )
        ],
        id="a node port somebody asked for",
    ),
    pytest.param([claim(size="20Gi"), volume()], id="a claim of a mapped class, large enough"),
    pytest.param([environment("http://api.shop.svc:8080")], id="an address inside the cluster"),
    pytest.param([environment("1.2.3")], id="a version number"),
    pytest.param(
        [
            workload(
                "DaemonSet",
                "agent",
                nodeSelector={"kubernetes.io/os": "linux", "cce-migration/hold": "true"},
            )
        ],
        id="a node choice by operating system",
    ),
    pytest.param([pod("web-1", owner="web")], id="a running pod of a Deployment"),
]


@pytest.mark.parametrize("objects", QUIET)
def test_stays_quiet_about(objects: list[dict[str, Any]]) -> None:
    assert find_all(inventory(*objects), definition()) == []


def test_a_load_balancer_without_elb_is_a_blocker() -> None:
    without = definition(lambda document: document["target"].pop("load_balancer"))
    severities = {finding.severity for finding in find_all(inventory(LOAD_BALANCER), without)}
    assert severities == {"blocker"}


def test_entries_that_share_an_address_but_part_are_a_blocker() -> None:
    def change(document: dict[str, Any]) -> None:
        document["databases"].append({
            **document["databases"][0],
            "name": "other",
            "database": "other",
            "address": {"source": "pg.source.lab:5432", "target": "x:1"},
        })

    found = find_all(inventory(), definition(change))
    assert [(finding.rule, finding.severity) for finding in found] == [("ambiguous_address", "blocker")]


def test_every_file_of_the_folder_is_a_rule() -> None:
    files = {path.stem for path in Path(findings.__path__[0]).glob("*.py")} - {"__init__"}
    assert set(finding_rules()) == files
    assert all(callable(rule.find) for rule in finding_rules().values())


def test_cluster_scoped_companions_of_custom_resources_are_told() -> None:
    counted = {
        "clusterissuers.cert-manager.io": {"count": 2, "reason": CLUSTER_WIDE},
        "events": {"count": 7, "reason": "a note"},
    }

    found = find_all(inventory(counted=counted), definition())

    assert [(one.rule, one.object) for one in found] == [
        ("cluster_wide_resource", "clusterissuers.cert-manager.io")
    ]
