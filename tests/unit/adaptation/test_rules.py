from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from include.adaptation import rules
from include.adaptation.context import AdaptationContext
from include.adaptation.merge_patch import apply_merge_patch, merge_patch
from include.adaptation.pipeline import adapt, adaptation_rules
from include.inventory.moved_addresses import moves_of
from tests.builders.definitions import definition
from tests.builders.goldens import golden_context
from tests.builders.objects import claim, container, deployment, make, workload
from tests.unit.adaptation.endpoint_cases import ENDPOINT_CASES
from tests.unit.adaptation.pod_cases import POD_CASES
from tests.unit.adaptation.storage_cases import STORAGE_CASES

AWS = "service.beta.kubernetes.io/aws-load-balancer-type"
ELB = {"kubernetes.io/elb.class": "union", "kubernetes.io/elb.id": "00000000-0000-4000-8000-000000000020"}
ZONE = "topology.kubernetes.io/zone"


def target_image(reference: str) -> str:
    return reference.replace("registry.source.lab/", "swr.eu-de.lab/shop/")


def context(change: Any = None) -> AdaptationContext:
    chosen = definition(change)
    return AdaptationContext(chosen, moves_of(chosen), target_image, ("registry.source.lab",))


def service(**spec: Any) -> dict[str, Any]:
    return make("v1", "Service", "web", spec=spec)


def affinity(*terms: list[dict[str, Any]]) -> dict[str, Any]:
    required = {"nodeSelectorTerms": [{"matchExpressions": term} for term in terms]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


CASES = [
    pytest.param(
        "images",
        deployment(initContainers=[container("registry.source.lab/tool:2")]),
        {
            "spec": {
                "template": {
                    "spec": {
                        "containers": [container("swr.eu-de.lab/shop/shop/app:1")],
                        "initContainers": [container("swr.eu-de.lab/shop/tool:2")],
                    }
                }
            }
        },
        id="containers and init containers",
    ),
    pytest.param(
        "images",
        make("shop.lab/v1", "Campaign", "c", spec={"image": "registry.source.lab/c:1", "note": "x"}),
        {"spec": {"image": "swr.eu-de.lab/shop/c:1"}},
        id="the image of a custom resource",
    ),
    pytest.param(
        "images",
        make("shop.lab/v1", "Campaign", "c", spec={"image": "a word"}),
        {},
        id="returned unchanged: a custom resource with a word called image",
    ),
    pytest.param(
        "images",
        deployment(containers=[container("other.lab/x:1")]),
        {},
        id="returned unchanged: an image that is not copied",
    ),
    pytest.param(
        "pull_secret",
        deployment(imagePullSecrets=[{"name": "source-login"}]),
        {"spec": {"template": {"spec": {"imagePullSecrets": [{"name": "default-secret"}]}}}},
        id="a login that stays behind",
    ),
    pytest.param(
        "pull_secret",
        make("v1", "ServiceAccount", "web", imagePullSecrets=[{"name": "source-login"}]),
        {"imagePullSecrets": None},
        id="a login of a ServiceAccount",
    ),
    pytest.param(
        "pull_secret",
        make("v1", "ServiceAccount", "web", imagePullSecrets=[{"name": "mine"}]),
        {},
        id="returned unchanged: a ServiceAccount with another login",
    ),
    pytest.param(
        "pull_secret",
        deployment(imagePullSecrets=[{"name": "mine"}]),
        {
            "spec": {
                "template": {"spec": {"imagePullSecrets": [{"name": "mine"}, {"name": "default-secret"}]}}
            }
        },
        id="one more pull secret",
    ),
    pytest.param(
        "pull_secret",
        deployment(imagePullSecrets=[{"name": "default-secret"}]),
        {},
        id="returned unchanged: it is there already",
    ),
    pytest.param(
        "service_addresses",
        service(clusterIP="10.0.0.1", clusterIPs=["10.0.0.1"], ports=[{"port": 80, "nodePort": 30001}]),
        {"spec": {"clusterIP": None, "clusterIPs": None, "ports": [{"port": 80}]}},
        id="allocated address and port go",
    ),
    pytest.param(
        "service_addresses",
        service(clusterIP="None", ports=[{"port": 80}]),
        {},
        id="returned unchanged: headless stays headless",
    ),
    pytest.param(
        "service_addresses",
        make(
            "v1",
            "Service",
            "web",
            spec={"ports": [{"port": 80, "nodePort": 30001}]},
            metadata={
                "annotations": {
                    "kubectl.kubernetes.io/last-applied-configuration": '{"spec": {"ports": [{"nodePort": 30001}]}}'
                }
            },
        ),
        {},
        id="returned unchanged: a node port a person asked for",
    ),
    pytest.param(
        "load_balancer",
        make(
            "v1",
            "Service",
            "web",
            spec={"type": "LoadBalancer", "loadBalancerIP": "1.2.3.4"},
            metadata={"annotations": {AWS: "nlb"}},
        ),
        {"metadata": {"annotations": {AWS: None, **ELB}}, "spec": {"loadBalancerIP": None}},
        id="another cloud's balancer",
    ),
    pytest.param("load_balancer", service(type="ClusterIP"), {}, id="returned unchanged: an inner Service"),
    pytest.param(
        "ingress",
        make("networking.k8s.io/v1", "Ingress", "web", spec={"ingressClassName": "alb"}),
        {
            "metadata": {"annotations": {**ELB, "kubernetes.io/elb.port": "80"}},
            "spec": {"ingressClassName": "cce"},
        },
        id="another cloud's Ingress",
    ),
    pytest.param(
        "ingress",
        make("networking.k8s.io/v1", "Ingress", "web", spec={"ingressClassName": "nginx"}),
        {},
        id="returned unchanged: nginx",
    ),
    pytest.param(
        "moved_addresses",
        make("v1", "ConfigMap", "shop-addresses", data={"db": "pg.source.lab:5432", "other": "x"}),
        {"data": {"db": "pg.rds.lab:5432"}},
        id="an address in a ConfigMap",
    ),
    pytest.param(
        "moved_addresses",
        deployment(
            containers=[
                container(env=[{"name": "DB", "value": "pg.source.lab"}], args=["--s3=http://s3.source.lab"])
            ]
        ),
        {
            "spec": {
                "template": {
                    "spec": {
                        "containers": [
                            container(
                                env=[{"name": "DB", "value": "pg.rds.lab"}],
                                args=["--s3=http://obs.eu-de.lab"],
                            )
                        ]
                    }
                }
            }
        },
        id="an address in env and arguments",
    ),
    pytest.param(
        "moved_addresses",
        make(
            "v1", "Secret", "db", data={"url": {"sha256": "a", "adapted_sha256": "b"}, "pw": {"sha256": "c"}}
        ),
        {"data": {"url": {"sha256": "b", "adapted_sha256": None}}},
        id="the hash of a Secret's adapted value",
    ),
    pytest.param(
        "moved_addresses",
        make("v1", "ConfigMap", "c", data={"a": "b"}),
        {},
        id="returned unchanged: no address",
    ),
    pytest.param(
        "node_choice",
        deployment(nodeName="n1", nodeSelector={"kubernetes.io/hostname": "n1", "disk": "fast"}),
        {
            "spec": {
                "template": {"spec": {"nodeName": None, "nodeSelector": {"kubernetes.io/hostname": None}}}
            }
        },
        id="a chosen node",
    ),
    pytest.param(
        "node_choice",
        deployment(affinity=affinity([{"key": ZONE, "operator": "In", "values": ["a"]}])),
        {"spec": {"template": {"spec": {"affinity": None}}}},
        id="a zone that is the whole demand",
    ),
    pytest.param(
        "node_choice",
        deployment(affinity=affinity([{"key": ZONE}, {"key": "disk"}])),
        {"spec": {"template": {"spec": {"affinity": affinity([{"key": "disk"}])}}}},
        id="a zone beside a demand of one's own",
    ),
    pytest.param(
        "node_choice",
        deployment(nodeSelector={"disk": "fast"}),
        {},
        id="returned unchanged: a label of one's own",
    ),
    pytest.param(
        "service_accounts",
        make("v1", "ServiceAccount", "web", secrets=[{"name": "t"}]),
        {"secrets": None},
        id="token Secrets go",
    ),
    pytest.param(
        "service_accounts",
        make("v1", "ServiceAccount", "web", imagePullSecrets=[{"name": "t"}]),
        {},
        id="returned unchanged: pull secrets stay",
    ),
    pytest.param(
        "jobs",
        make(
            "batch/v1",
            "Job",
            "j",
            spec={
                "selector": {"matchLabels": {"controller-uid": "u"}},
                "template": {"metadata": {"labels": {"controller-uid": "u", "a": "b"}}},
            },
        ),
        {"spec": {"selector": None, "template": {"metadata": {"labels": {"controller-uid": None}}}}},
        id="the selector of a Job",
    ),
    pytest.param(
        "jobs",
        make("batch/v1", "Job", "j", spec={"manualSelector": True, "selector": {}}),
        {},
        id="returned unchanged: a selector set by hand",
    ),
    pytest.param(
        "server_fields",
        deployment(
            metadata={
                "uid": "u",
                "resourceVersion": "1",
                "annotations": {"deployment.kubernetes.io/revision": "3"},
            }
        ),
        {"metadata": {"uid": None, "resourceVersion": None, "annotations": None}},
        id="what the server wrote goes",
    ),
    pytest.param("server_fields", deployment(), {}, id="returned unchanged: nothing of the server"),
    pytest.param(
        "source_hold",
        deployment(replicas=0, metadata={"annotations": {"cce-migration/held": '{"replicas": 3}'}}),
        {"spec": {"replicas": 3}, "metadata": {"annotations": None}},
        id="a source that was quiesced",
    ),
    pytest.param("source_hold", workload("DaemonSet", "agent"), {}, id="returned unchanged: not held"),
    pytest.param(
        "source_hold",
        make(
            "v1",
            "Service",
            "web",
            metadata={"annotations": {"cce-migration/held": '{"selector": {"app": "web"}}'}},
            spec={"ports": [{"port": 80}]},
        ),
        {"spec": {"selector": {"app": "web"}}, "metadata": {"annotations": None}},
        id="a Service that leads on to the target",
    ),
    *ENDPOINT_CASES,
    *POD_CASES,
    *STORAGE_CASES,
]


@pytest.mark.parametrize(("rule", "obj", "patch"), CASES)
def test_adapts(rule: str, obj: dict[str, Any], patch: dict[str, Any]) -> None:
    given = copy.deepcopy(obj)
    chosen = adaptation_rules()[rule]
    adapted = chosen.apply(obj, golden_context()) if chosen.applies_to(obj) else obj

    assert merge_patch(given, adapted) == patch
    assert obj == given, "the given object stays as it is"


@pytest.mark.parametrize("obj", [pytest.param(case.values[1], id=case.id) for case in CASES])
def test_adapting_twice_changes_nothing_more(obj: dict[str, Any]) -> None:
    once, _ = adapt(obj, golden_context())
    twice, changed_by = adapt(once, golden_context())
    assert (twice, changed_by) == (once, ())


def test_an_ingress_of_another_cloud_stays_without_an_elb() -> None:
    without = context(lambda document: document["target"].pop("load_balancer"))
    ingress = make("networking.k8s.io/v1", "Ingress", "web", spec={"ingressClassName": "alb"})
    assert adaptation_rules()["ingress"].apply(ingress, without) == ingress


def test_a_claim_of_several_nodes_gets_the_class_for_it() -> None:
    shared = context(lambda document: document["target"].update(shared_storage_class="sfsturbo-folders"))
    adapted = adaptation_rules()["claims"].apply(claim(accessModes=["ReadWriteMany"], size="1Gi"), shared)
    assert adapted["spec"]["storageClassName"] == "sfsturbo-folders"
    assert adapted["spec"]["resources"]["requests"]["storage"] == "1Gi", "a share has no smallest disk"


def test_every_file_of_the_folder_is_a_rule() -> None:
    files = {path.stem for path in Path(rules.__path__[0]).glob("*.py")} - {"__init__"}
    assert set(adaptation_rules()) == files, "name it in include/adaptation/order.py"


@pytest.mark.parametrize("rule", adaptation_rules().values(), ids=adaptation_rules())
def test_a_rule_says_what_changes_and_where_that_can_be_looked_up(rule: Any) -> None:
    assert rule.REASON.endswith(".")
    assert rule.SOURCE


@pytest.mark.parametrize(
    ("original", "changed", "patch"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1, "b": 2}, {"a": 1}, {"b": None}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, {"a": {"c": 3}}),
        ({"a": [1, 2]}, {"a": [2]}, {"a": [2]}),
        ({}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": "text"}, {"a": {"b": 1}}, {"a": {"b": 1}}),
    ],
)
def test_a_merge_patch_makes_one_of_the_other(original: dict, changed: dict, patch: dict) -> None:
    assert merge_patch(original, changed) == patch
    assert apply_merge_patch(original, patch) == changed
