"""Rules about operators, tools, images, rights and secrets."""

from __future__ import annotations

import json
from typing import Any

from include.inventory.scope import CLUSTER_WIDE
from tests.builders.objects import container, deployment, make, pod, workload
from tests.unit.inventory.findings.rows import Row

WEB = ["warning Deployment shop/web"]
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
OPERATOR = {"apiVersion": "acid.zalan.do/v1", "kind": "postgresql", "name": "pg", "controller": True}
TOKEN = make("v1", "Secret", "token", type="kubernetes.io/service-account-token")
HOLD = {"kubernetes.io/os": "linux", "cce-migration/hold": "true"}


def running(name: str, digest: str, **state: Any) -> dict[str, Any]:
    """Return a pod of a ReplicaSet that runs an image."""
    status = {"name": "app", "imageID": f"registry.source.lab/shop/app@sha256:{digest * 64}", **state}
    return pod(name, owner="web", status={"phase": "Running", "containerStatuses": [status]})


def webhook(namespace: str) -> dict[str, Any]:
    """Return a webhook that is served from a namespace."""
    hooks = [{"clientConfig": {"service": {"namespace": namespace, "name": "guard"}}}]
    return make("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "guard", webhooks=hooks)


def kind_of(conversion: dict[str, Any]) -> dict[str, Any]:
    """Return a CustomResourceDefinition."""
    return make(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        "campaigns.shop.lab",
        spec={"conversion": conversion},
    )


def host_path(path: str) -> dict[str, Any]:
    """Return a Deployment that mounts a folder of its node."""
    return deployment(volumes=[{"name": "logs", "hostPath": {"path": path}}])


def environment(name: str) -> dict[str, Any]:
    """Return a Deployment with a variable."""
    return deployment(containers=[container(env=[{"name": name, "value": "hunter2"}])])


def scaler(*sources: str) -> dict[str, Any]:
    """Return an autoscaler."""
    metrics = [{"type": source} for source in sources]
    return make("autoscaling/v2", "HorizontalPodAutoscaler", "web", spec={"metrics": metrics})


def budget(allowed: int) -> dict[str, Any]:
    """Return a disruption budget."""
    status = {"expectedPods": 1, "disruptionsAllowed": allowed}
    return make("policy/v1", "PodDisruptionBudget", "web", status=status)


def binding(kind: str, name: str) -> dict[str, Any]:
    """Return a RoleBinding."""
    return make("rbac.authorization.k8s.io/v1", "RoleBinding", "b", subjects=[{"kind": kind, "name": name}])


def applied_in(version: str) -> dict[str, Any]:
    """Return a Deployment that was applied from a manifest of a version."""
    text = json.dumps({"apiVersion": version, "kind": "Deployment"})
    return deployment(metadata={"annotations": {APPLIED: text}})


def another_entry(source: str) -> Any:
    """Add a database that moves elsewhere."""

    def change(document: dict[str, Any]) -> None:
        address = {"source": source, "target": "x:1"}
        document["databases"].append({
            **document["databases"][0],
            "name": "o",
            "database": "o",
            "address": address,
        })

    return change


def campaign(**metadata: Any) -> dict[str, Any]:
    """Return a custom resource."""
    return make("shop.lab/v1", "Campaign", "spring", metadata=metadata)


WAITING = {"state": {"waiting": {"reason": "CrashLoopBackOff"}}}
ARGO = {"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/web"}}

ROWS = [
    Row("admission_webhooks", "one of a migrated namespace", [
        webhook("shop"),
    ], ["info ValidatingWebhookConfiguration guard by cutover"]),
    Row("admission_webhooks", "one of another namespace", [webhook("guard-system")], []),
    Row("ambiguous_addresses", "one address, two targets", [], [
        "blocker pg.source.lab:5432",
    ], another_entry("pg.source.lab:5432")),
    Row("ambiguous_addresses", "two addresses", [], [], another_entry("other.source.lab:5432")),
    Row("autoscalers", "metrics of its own", [
        scaler("Pods"),
    ], ["warning HorizontalPodAutoscaler shop/web"]),
    Row("autoscalers", "CPU", [scaler("Resource")], ["info HorizontalPodAutoscaler shop/web"]),
    Row("autoscalers", "no autoscaler", [deployment()], []),
    Row("bare_pods", "a pod of nobody", [pod("alone")], ["warning Pod shop/alone"]),
    Row("bare_pods", "a pod of a ReplicaSet, and one that has ended", [
        pod("web-1", owner="web"), pod("done", status={"phase": "Succeeded"}),
    ], []),
    Row("cluster_wide_resources", "issuers that stay behind", [], [
        "warning clusterissuers.cert-manager.io",
    ], facts={"counted": {"clusterissuers.cert-manager.io": {"count": 2, "reason": CLUSTER_WIDE}}}),
    Row("cluster_wide_resources", "events", [], [], facts={"counted": {"events": {"count": 7, "reason": "a note"}}}),
    Row("conversion_webhooks", "a program converts", [
        kind_of({"strategy": "Webhook", "webhook": {"clientConfig": {"service": {"namespace": "a", "name": "b"}}}}),
    ], ["warning CustomResourceDefinition campaigns.shop.lab"]),
    Row("conversion_webhooks", "nobody has to convert", [kind_of({"strategy": "None"})], []),
    Row("delivery_tools", "an application of Argo CD", [
        deployment(metadata=ARGO),
    ], ["warning Argo CD application shop"]),
    Row("delivery_tools", "a Kustomization of Flux", [
        deployment(metadata={"labels": {"kustomize.toolkit.fluxcd.io/name": "shop"}}),
    ], ["warning Flux Kustomization shop"]),
    Row("delivery_tools", "a release of Helm", [
        deployment(metadata={"annotations": {"meta.helm.sh/release-name": "web"}}),
    ], ["info Helm release web"]),
    Row("delivery_tools", "made by hand", [deployment()], []),
    Row("disruption_budgets", "nothing allowed", [budget(0)], ["warning PodDisruptionBudget shop/web"]),
    Row("disruption_budgets", "one allowed", [budget(1)], []),
    Row("foreign_controllers", "a StatefulSet of an operator", [
        workload("StatefulSet", "pg", {"ownerReferences": [OPERATOR]}),
    ], ["warning postgresql shop/pg"]),
    Row("foreign_controllers", "a pod of a ReplicaSet", [pod("web-1", owner="web")], []),
    Row("foreign_finalizers", "a finalizer of an operator", [
        campaign(finalizers=["shop.lab/cleanup"]),
    ], ["warning Campaigns with shop.lab/cleanup"]),
    Row("foreign_finalizers", "finalizers of Kubernetes, and one that is left out", [
        campaign(finalizers=["foregroundDeletion"]),
        make("v1", "PersistentVolumeClaim", "c", metadata={"finalizers": ["x/y"]}, spec={}),
    ], []),
    Row("host_path_volumes", "a folder of the node", [host_path("/var/log/app")], WEB),
    Row("host_path_volumes", "a folder CCE forbids", [
        host_path("/var/lib/"),
    ], ["blocker Deployment shop/web"]),
    Row("host_path_volumes", "the socket of Docker", [host_path("/var/run/docker.sock")], WEB),
    Row("host_path_volumes", "no volume of the node", [deployment(volumes=[{"name": "t", "emptyDir": {}}])], []),
    Row("moved_tags", "one tag, two images", [
        running("web-1", "1"), running("web-2", "2"),
    ], ["warning registry.source.lab/shop/app:1"]),
    Row("moved_tags", "one tag, one image", [running("web-1", "1"), running("web-2", "1")], []),
    Row("node_pinning", "a chosen node", [
        deployment(nodeSelector={"kubernetes.io/hostname": "n1"}),
    ], ["warning Deployment shop/web by adaptation"]),
    Row("node_pinning", "a node group that is mapped", [
        deployment(nodeSelector={"agentpool": "spot"}),
    ], WEB, lambda document: document.update(adaptation={"node_labels": {"agentpool": "pool"}})),
    Row("node_pinning", "a label of their own", [deployment(nodeSelector={"disk": "ssd"})], WEB),
    Row("node_pinning", "the operating system and a hold", [workload("DaemonSet", "agent", nodeSelector=HOLD)], []),
    Row("operator_resources", "certificates", [
        make("cert-manager.io/v1", "Certificate", "web"),
    ], ["warning Certificate.cert-manager.io"]),
    Row("operator_resources", "a kind nobody here knows", [campaign()], ["info Campaign.shop.lab"]),
    Row("operator_resources", "built-in kinds, and those of other rules", [
        deployment(), make("bitnami.com/v1alpha1", "SealedSecret", "db"),
    ], []),
    Row("outside_secrets", "a sealed secret", [
        make("bitnami.com/v1alpha1", "SealedSecret", "db"),
    ], ["warning SealedSecrets of shop"]),
    Row("outside_secrets", "a plain Secret", [make("v1", "Secret", "db", data={})], []),
    Row("people_rights", "a group of people", [
        binding("Group", "developers"),
    ], ["info RoleBindings of shop"]),
    Row("people_rights", "accounts of programs", [
        binding("ServiceAccount", "web"), binding("Group", "system:serviceaccounts:shop"),
    ], []),
    Row("plain_secrets", "a password in plain text", [
        environment("DB_PASSWORD"),
    ], ["warning Deployment shop/web container app"]),
    Row("plain_secrets", "another variable", [environment("DB_HOST")], []),
    Row("removed_apis", "a removed version", [
        make("batch/v1beta1", "CronJob", "nightly", spec={}),
    ], ["info CronJob of batch/v1beta1 by adaptation"]),
    Row("removed_apis", "a removed kind without successor", [
        make("policy/v1beta1", "PodSecurityPolicy", "restricted", spec={}),
    ], ["blocker PodSecurityPolicy of policy/v1beta1"]),
    Row("removed_apis", "a manifest of a removed version", [applied_in("extensions/v1beta1")], WEB),
    Row("removed_apis", "a manifest of a served version", [applied_in("apps/v1")], []),
    Row("token_secrets", "a token nobody uses", [TOKEN], ["info Secret shop/token"]),
    Row("token_secrets", "a token a workload mounts", [
        TOKEN, deployment(volumes=[{"name": "t", "secret": {"secretName": "token"}}]),
    ], ["warning Secret shop/token"]),
    Row("token_secrets", "another Secret", [make("v1", "Secret", "db", type="Opaque")], []),
    Row("unhealthy_pods", "a pod that restarts", [running("web-1", "1", **WAITING)], ["warning Pod shop/web-1"]),
    Row("unhealthy_pods", "a pod that runs", [running("web-1", "1")], []),
    Row("unknown_registries", "a registry without connection", [
        deployment(containers=[container("docker.io/library/nginx:1")]),
    ], ["warning docker.io/library/nginx:1"]),
    Row("unknown_registries", "a registry of the definition", [deployment()], []),
]  # fmt: skip
