"""Show what the rules of pod specs change and what they leave alone; the definition maps what tests.builders.goldens says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders.objects import deployment, make

MOUNTED = [{"name": "data", "persistentVolumeClaim": {"claimName": "uploads"}}]
ZONE = "topology.kubernetes.io/zone"
POOL = "cce.cloud.com/cce-nodepool"
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def pods(**spec: Any) -> dict[str, Any]:
    """Return the merge patch of a pod spec."""
    return {"spec": {"template": {"spec": spec}}}


CHOSEN = {"nodeSelector": {"eks.amazonaws.com/nodegroup": "spot"}}


def alertmanager(**spec: Any) -> dict[str, Any]:
    """Return a custom resource whose spec has parts of a pod spec."""
    return make("monitoring.coreos.com/v1", "Alertmanager", "main", spec=spec)


def rolling(**spec: Any) -> dict[str, Any]:
    """Return a Deployment of one pod that mounts a disk."""
    obj = deployment("files", replicas=1, volumes=MOUNTED)
    return {**obj, "spec": {**obj["spec"], **spec}}


def account(**annotations: str) -> dict[str, Any]:
    """Return a ServiceAccount."""
    return make("v1", "ServiceAccount", "web", metadata={"annotations": annotations})


def template(**metadata: Any) -> dict[str, Any]:
    """Return a Deployment whose pods carry this metadata."""
    obj = deployment()
    obj["spec"]["template"]["metadata"] |= metadata
    return obj


def preferring(*rules: dict[str, Any]) -> dict[str, Any]:
    """Return an affinity that prefers nodes."""
    return {"nodeAffinity": {PREFERRED: [{"weight": 1, "preference": {"matchExpressions": list(rules)}}]}}


def role(rule: dict[str, Any]) -> dict[str, Any]:
    """Return a ClusterRole of one rule."""
    return make("rbac.authorization.k8s.io/v1", "ClusterRole", "reader", rules=[rule])


def spread(key: str) -> list[dict[str, Any]]:
    """Return constraints that spread pods."""
    return [{"maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "DoNotSchedule"}]


def demanding(key: str, *values: str, operator: str = "In") -> dict[str, Any]:
    """Return an affinity that demands a label of nodes."""
    rule = {"key": key, "operator": operator, **({"values": list(values)} if values else {})}
    return {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": [rule]}]}}}


POD_CASES = [
    pytest.param(
        "custom_pod_specs",
        alertmanager(nodeSelector={"eks.amazonaws.com/nodegroup": "spot"}),
        {"spec": {"nodeSelector": {"eks.amazonaws.com/nodegroup": None, POOL: "spot"}}},
        id="a part of a pod spec, which has no place for a login",
    ),
    pytest.param(
        "custom_pod_specs",
        alertmanager(imagePullSecrets=[{"name": "source-login"}], schedulerName="yunikorn"),
        {"spec": {"imagePullSecrets": [{"name": "default-secret"}], "schedulerName": "volcano"}},
        id="login and scheduler",
    ),
    pytest.param("custom_pod_specs", alertmanager(replicas=2), {}, id="nothing of a pod in it"),
    pytest.param(
        "custom_pod_specs", make("v1", "ConfigMap", "one", spec=CHOSEN), {}, id="no custom resource"
    ),
    pytest.param(
        "custom_pod_specs",
        make("cert-manager.io/v1", "Certificate", "web", spec=CHOSEN),
        {},
        id="a kind that the definition does not name",
    ),
    pytest.param(
        "custom_pod_specs",
        make("kafka.strimzi.io/v1beta2", "Kafka", "bus", spec={"kafka": {"pools": [{"pod": CHOSEN}, {}]}}),
        {"spec": {"kafka": {"pools": [{"pod": {"nodeSelector": {POOL: "spot"}}}, {}]}}},
        id="every entry of a list",
    ),
    pytest.param(
        "node_choice",
        deployment(nodeSelector={"eks.amazonaws.com/nodegroup": "spot"}),
        pods(nodeSelector={"eks.amazonaws.com/nodegroup": None, POOL: "spot"}),
        id="a node group that is mapped",
    ),
    pytest.param(
        "node_choice",
        deployment(nodeSelector={"eks.amazonaws.com/nodegroup": "other"}),
        pods(nodeSelector=None),
        id="a node group that is not mapped",
    ),
    pytest.param(
        "node_choice",
        deployment(nodeSelector={"beta.kubernetes.io/os": "linux"}),
        pods(nodeSelector={"beta.kubernetes.io/os": None, "kubernetes.io/os": "linux"}),
        id="an older name of a label",
    ),
    pytest.param(
        "node_choice",
        deployment(
            affinity=demanding("failure-domain.beta.kubernetes.io/zone", "eu-central-1a", "eu-central-1b")
        ),
        pods(affinity=demanding(ZONE, "eu-de-01")),
        id="of two zones one is mapped",
    ),
    pytest.param(
        "node_choice",
        deployment(affinity=demanding("agentpool", operator="Exists")),
        pods(affinity=None),
        id="any node group of another cloud",
    ),
    pytest.param(
        "node_choice",
        deployment(
            affinity=preferring({"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot"]})
        ),
        pods(affinity=None),
        id="a preference for another cloud's nodes",
    ),
    pytest.param(
        "node_choice",
        deployment(affinity=preferring({"key": "disk", "operator": "Exists"})),
        {},
        id="returned unchanged: a preference of one's own",
    ),
    pytest.param(
        "node_choice",
        deployment(nodeSelector={POOL: "spot"}, affinity=demanding(ZONE, "eu-de-01")),
        {},
        id="already right: the target's labels",
    ),
    pytest.param(
        "tolerations",
        deployment(tolerations=[{"key": "kubernetes.azure.com/scalesetpriority", "operator": "Exists"}]),
        pods(tolerations=None),
        id="a taint of another cloud",
    ),
    pytest.param(
        "tolerations",
        deployment(
            tolerations=[{"key": "eks.amazonaws.com/nodegroup", "value": "spot", "effect": "NoSchedule"}]
        ),
        pods(tolerations=[{"key": POOL, "value": "spot", "effect": "NoSchedule"}]),
        id="a taint that is mapped",
    ),
    pytest.param(
        "tolerations",
        deployment(tolerations=[{"operator": "Exists"}, {"key": "gpu", "value": "a"}]),
        {},
        id="returned unchanged: every taint, and one of one's own",
    ),
    pytest.param(
        "topology_keys",
        deployment(topologySpreadConstraints=spread("topology.ebs.csi.aws.com/zone")),
        pods(topologySpreadConstraints=spread(ZONE)),
        id="the zones of another cloud",
    ),
    pytest.param(
        "topology_keys",
        deployment(affinity={"podAntiAffinity": {REQUIRED: [{"topologyKey": "agentpool"}]}}),
        pods(affinity={"podAntiAffinity": {REQUIRED: [{"topologyKey": POOL}]}}),
        id="node pools apart",
    ),
    pytest.param(
        "topology_keys",
        deployment(topologySpreadConstraints=spread("kubernetes.io/hostname")),
        {},
        id="returned unchanged: nodes apart",
    ),
    pytest.param(
        "topology_keys", deployment(topologySpreadConstraints=spread(ZONE)), {}, id="already right: zones"
    ),
    pytest.param(
        "recreate",
        rolling(),
        {"spec": {"strategy": {"type": "Recreate"}}},
        id="a disk, and the usual strategy",
    ),
    pytest.param(
        "recreate", rolling(strategy={"type": "Recreate"}), {}, id="already right: stop, then start"
    ),
    pytest.param(
        "recreate",
        deployment(
            "web", replicas=1, volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "shared"}}]
        ),
        {},
        id="returned unchanged: a claim that is no disk",
    ),
    pytest.param(
        "recreate",
        deployment(
            "receipts", replicas=1, volumes=[{"name": "receipts", "hostPath": {"path": "/srv/receipts"}}]
        ),
        {"spec": {"strategy": {"type": "Recreate"}}},
        id="a folder of a node that became a disk",
    ),
    pytest.param("recreate", rolling(replicas=3), {}, id="returned unchanged: several pods share the disk"),
    pytest.param(
        "cloud_identities",
        account(**{"iam.gke.io/gcp-service-account": "a@b", "mine": "kept"}),
        {"metadata": {"annotations": {"iam.gke.io/gcp-service-account": None}}},
        id="an identity of Google Cloud",
    ),
    pytest.param(
        "cloud_identities",
        account(**{"eks.amazonaws.com/role-arn": "arn"}),
        {"metadata": {"annotations": None}},
        id="the only annotation",
    ),
    pytest.param(
        "cloud_identities",
        template(labels={"app": "web", "azure.workload.identity/use": "true"}),
        {"spec": {"template": {"metadata": {"labels": {"azure.workload.identity/use": None}}}}},
        id="pods of an identity of Azure",
    ),
    pytest.param(
        "cloud_identities", account(mine="kept"), {}, id="returned unchanged: an annotation of one's own"
    ),
    pytest.param(
        "cni_annotations",
        template(annotations={"k8s.v1.cni.cncf.io/networks": "storage"}),
        {"spec": {"template": {"metadata": {"annotations": None}}}},
        id="a second interface",
    ),
    pytest.param(
        "cni_annotations",
        template(annotations={"yangtse.io/static-ip": "true"}),
        {},
        id="already right: an annotation of CCE's network",
    ),
    pytest.param(
        "rbac_groups",
        role({
            "apiGroups": ["extensions"],
            "resources": ["ingresses/status", "deployments"],
            "verbs": ["get"],
        }),
        {
            "rules": [
                {
                    "apiGroups": ["extensions", "apps", "networking.k8s.io"],
                    "resources": ["ingresses/status", "deployments"],
                    "verbs": ["get"],
                }
            ]
        },
        id="a role of the old group",
    ),
    pytest.param(
        "rbac_groups",
        role({"apiGroups": ["extensions", "apps"], "resources": ["deployments"], "verbs": ["get"]}),
        {},
        id="already right: a role of both groups",
    ),
    pytest.param(
        "rbac_groups",
        role({"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}),
        {},
        id="returned unchanged: a role of another group",
    ),
    pytest.param(
        "pod_classes",
        deployment(runtimeClassName="gvisor"),
        pods(runtimeClassName="kata"),
        id="a runtime that is mapped",
    ),
    pytest.param(
        "pod_classes", deployment(schedulerName="yunikorn"), pods(schedulerName="volcano"), id="a scheduler"
    ),
    pytest.param(
        "pod_classes",
        deployment(schedulerName="stork", runtimeClassName="nvidia"),
        {},
        id="returned unchanged: what is not mapped",
    ),
]
