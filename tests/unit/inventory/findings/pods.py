"""Rules about pods and what starts them."""

from __future__ import annotations

from typing import Any

from include.inventory.usage import Unread, Usage
from tests.builders.objects import container, deployment, make, pod, workload
from tests.builders.usage import usage_of
from tests.unit.inventory.findings.rows import Row

JUDGED = make(
    "v1",
    "Pod",
    "web-1",
    metadata={"annotations": {"kubernetes.io/psp": "restricted"}},
    spec={"containers": [container()]},
)
WEB = ["warning Deployment shop/web"]


def one(**fields: Any) -> dict[str, Any]:
    """Return a Deployment of one container with these fields."""
    return deployment(containers=[container(**fields)])


def template(**metadata: Any) -> dict[str, Any]:
    """Return a Deployment whose pods carry this metadata."""
    made = deployment()
    made["spec"]["template"]["metadata"] |= metadata
    return made


def cron_job(schedule: str, **spec: Any) -> dict[str, Any]:
    """Return a CronJob."""
    return make("batch/v1", "CronJob", "nightly", spec={"schedule": schedule, **spec})


def job(status: dict[str, Any], **spec: Any) -> dict[str, Any]:
    """Return a Job."""
    return make("batch/v1", "Job", "import", spec=spec, status=status)


def node(name: str, architecture: str) -> dict[str, Any]:
    """Return a node."""
    return make("v1", "Node", name, status={"nodeInfo": {"architecture": architecture}})


def apart(key: str, app: str = "web") -> dict[str, Any]:
    """Return an affinity that keeps pods apart."""
    term = {"topologyKey": key, "labelSelector": {"matchLabels": {"app": app}}}
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def spread(key: str, when: str = "DoNotSchedule", **fields: Any) -> list[dict[str, Any]]:
    """Return a constraint."""
    return [{"topologyKey": key, "whenUnsatisfiable": when, "maxSkew": 1, **fields}]


def projected(audience: str | None) -> list[dict[str, Any]]:
    """Return a volume with a token."""
    token = {"path": "token", **({"audience": audience} if audience else {})}
    return [{"name": "token", "projected": {"sources": [{"serviceAccountToken": token}]}}]


def asking(cpu: str | None = None, memory: str | None = None) -> list[dict[str, Any]]:
    """Return a Deployment whose containers have these requests, with its ReplicaSet and a pod."""
    requests = {name: amount for name, amount in (("cpu", cpu), ("memory", memory)) if amount}
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": True}
    replica_set = make("apps/v1", "ReplicaSet", "web-1", metadata={"ownerReferences": [owner]})
    return [one(resources={"requests": requests}), replica_set, pod("web-1-a", "web-1")]


def using(millicores: int, mib: int) -> dict[str, Any]:
    """Return what an inventory knows when that pod uses so much."""
    return {"usage": usage_of(web_1_a=(millicores, mib))}


ZONE = "topology.kubernetes.io/zone"
OPERATOR = {"apiVersion": "acid.zalan.do/v1", "kind": "postgresql", "name": "pg", "controller": True}
CRON_JOB = {"apiVersion": "batch/v1", "kind": "CronJob", "name": "nightly", "controller": True}
STARTED = {"startTime": "2026-11-27T00:00:00Z"}


def annotated(annotations: dict[str, str]) -> dict[str, Any]:
    """Return a Deployment whose pods carry annotations."""
    obj = deployment()
    obj["spec"]["template"]["metadata"] |= {"annotations": annotations}
    return obj


ROWS = [
    Row("application_hooks", "a hook before the backup", [
        annotated({"pre.hook.backup.velero.io/command": "[\"sync\"]"}),
    ], ["info Deployment shop/web by cutover"]),
    Row("application_hooks", "a container that Velero would add", [
        annotated({"init.hook.restore.velero.io/container-image": "busybox"}),
    ], ["warning Deployment shop/web"]),
    Row("application_hooks", "another annotation", [annotated({"team": "shop"})], []),
    Row("host_ports", "a pod in the network of its node", [deployment(hostNetwork=True)], WEB),
    Row("host_ports", "a port of the node", [one(ports=[{"containerPort": 80, "hostPort": 80}])], WEB),
    Row("host_ports", "a port of the container", [one(ports=[{"containerPort": 80}])], []),
    Row("host_ports", "a StatefulSet that an operator made", [
        workload("StatefulSet", "pg", {"ownerReferences": [OPERATOR]}, hostNetwork=True),
    ], ["warning StatefulSet shop/pg"]),
    Row("privileged_pods", "a privileged container", [one(securityContext={"privileged": True})], WEB),
    Row("privileged_pods", "a strong capability", [
        one(securityContext={"capabilities": {"add": ["CAP_NET_ADMIN"]}}),
    ], WEB),
    Row("privileged_pods", "the processes of the node", [deployment(hostPID=True)], WEB),
    Row("privileged_pods", "a harmless capability", [
        one(securityContext={"capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]}}),
    ], []),
    Row("unsafe_sysctls", "a parameter nodes refuse", [
        deployment(securityContext={"sysctls": [{"name": "net.core.somaxconn", "value": "1024"}]}),
    ], WEB),
    Row("unsafe_sysctls", "a parameter every node allows", [
        deployment(securityContext={"sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]}),
    ], []),
    Row("token_audiences", "a token for Vault", [deployment(volumes=projected("vault"))], WEB),
    Row("token_audiences", "a token for the cluster", [
        deployment(volumes=projected("https://kubernetes.default.svc.cluster.local")),
    ], []),
    Row("token_audiences", "a token for nobody in particular", [deployment(volumes=projected(None))], []),
    Row("topology_spread", "a label that CCE does not set", [
        deployment(topologySpreadConstraints=spread("rack")),
    ], WEB),
    Row("topology_spread", "a number of zones", [
        deployment(topologySpreadConstraints=spread(ZONE, minDomains=3)),
    ], WEB),
    Row("topology_spread", "pods in different zones", [deployment(affinity=apart(ZONE))], WEB),
    Row("topology_spread", "five pods on five nodes", [
        deployment(replicas=5, affinity=apart("kubernetes.io/hostname")),
    ], ["info Deployment shop/web"]),
    Row("topology_spread", "pods away from those of others", [
        deployment(replicas=5, affinity=apart(ZONE, "db")),
    ], []),
    Row("topology_spread", "two pods on two nodes", [
        deployment(affinity=apart("kubernetes.io/hostname")),
    ], []),
    Row("topology_spread", "a wish", [
        deployment(topologySpreadConstraints=spread("rack", "ScheduleAnyway")),
    ], []),
    Row("topology_spread", "even numbers over the zones there are", [
        deployment(topologySpreadConstraints=spread(ZONE)),
    ], []),
    Row("cpu_architectures", "a demand for arm64", [
        deployment(nodeSelector={"kubernetes.io/arch": "arm64"}),
    ], WEB),
    Row("cpu_architectures", "a source of arm64", [node("n1", "arm64")], ["warning Nodes of the source"]),
    Row("cpu_architectures", "a demand for amd64 among mixed nodes", [
        deployment(nodeSelector={"kubernetes.io/arch": "amd64"}), node("n1", "amd64"), node("n2", "arm64"),
    ], []),
    Row("windows_workloads", "a demand for Windows", [
        deployment(nodeSelector={"kubernetes.io/os": "windows"}),
    ], ["blocker Deployment shop/web"]),
    Row("windows_workloads", "a DaemonSet for Windows nodes, of which there are none", [
        workload("DaemonSet", "agent", nodeSelector={"kubernetes.io/os": "windows"}),
    ], []),
    Row("windows_workloads", "a demand for Linux", [
        deployment(nodeSelector={"kubernetes.io/os": "linux"}, os={"name": "linux"}),
    ], []),
    Row("extended_resources", "a GPU", [one(resources={"limits": {"nvidia.com/gpu": "1"}})], WEB),
    Row("extended_resources", "huge pages", [one(resources={"limits": {"hugepages-2Mi": "64Mi"}})], WEB),
    Row("extended_resources", "CPU and memory", [
        one(resources={"requests": {"cpu": "1", "memory": "1Gi"}, "claims": [{"name": "x"}]}),
    ], []),
    Row("runtime_classes", "a runtime of its own", [deployment(runtimeClassName="gvisor")], WEB),
    Row("runtime_classes", "a runtime that is mapped", [
        deployment(runtimeClassName="gvisor"),
    ], [], lambda document: document.update(adaptation={"runtime_classes": {"gvisor": "kata"}})),
    Row("pod_security_policies", "pods that a policy let in", [
        JUDGED,
    ], ["info Namespace shop by adaptation"]),
    Row("pod_security_policies", "a namespace with a level, and pods that no policy judged", [
        JUDGED,
        pod("api-1"),
        make("v1", "Namespace", "shop", metadata={"labels": {"pod-security.kubernetes.io/enforce": "baseline"}}),
    ], []),
    Row("schedulers", "a scheduler of its own", [deployment(schedulerName="yunikorn")], WEB),
    Row("schedulers", "a scheduler that is mapped", [
        deployment(schedulerName="yunikorn"),
    ], [], lambda document: document.update(adaptation={"schedulers": {"yunikorn": "volcano"}})),
    Row("schedulers", "the scheduler of every cluster", [
        deployment(), deployment("api", schedulerName="default-scheduler"),
    ], []),
    Row("dangling_references", "a Secret that nobody has", [
        deployment(containers=[container(env=[
            {"name": "P", "valueFrom": {"secretKeyRef": {"name": "gone", "key": "p"}}},
        ])]),
    ], WEB),
    Row("dangling_references", "an account, a claim and projected settings that nobody has", [
        deployment(serviceAccountName="robot"),
        deployment("api", volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "gone"}}]),
        deployment("old", volumes=[{"name": "d", "projected": {"sources": [{"configMap": {"name": "gone"}}]}}]),
    ], [*WEB, "warning Deployment shop/api", "warning Deployment shop/old"]),
    Row("dangling_references", "a PriorityClass that nobody has", [
        deployment(priorityClassName="critical"),
    ], WEB),
    Row("dangling_references", "a PriorityClass of every cluster", [
        deployment(priorityClassName="system-node-critical"),
    ], []),
    Row("dangling_references", "what is there, what is optional, and the account of every namespace", [
        make("v1", "ConfigMap", "settings"),
        deployment(
            serviceAccountName="default",
            containers=[container(envFrom=[
                {"configMapRef": {"name": "settings"}}, {"secretRef": {"name": "gone", "optional": True}},
            ])],
            volumes=[{"name": "s", "secret": {"secretName": "gone", "optional": True}}],
        ),
    ], []),
    Row("runtime_classes", "the runtime of the node", [deployment()], []),
    Row("cni_annotations", "a second interface", [
        template(annotations={"k8s.v1.cni.cncf.io/networks": "storage"}),
    ], WEB),
    Row("cni_annotations", "what the network plugin wrote on a pod", [
        make("v1", "Pod", "a", metadata={"annotations": {"cni.projectcalico.org/podIP": "10.0.0.1/32"}}),
    ], []),
    Row("sidecar_injection", "a namespace of a mesh", [
        make("v1", "Namespace", "shop", metadata={"labels": {"istio-injection": "enabled"}}),
    ], ["warning Namespace shop"]),
    Row("sidecar_injection", "pods with Vault's agent", [
        template(annotations={"vault.hashicorp.com/agent-inject": "true"}),
    ], WEB),
    Row("sidecar_injection", "pods that are instrumented", [
        template(annotations={"instrumentation.opentelemetry.io/inject-java": "true"}),
    ], WEB),
    Row("sidecar_injection", "a namespace outside of the mesh", [
        make("v1", "Namespace", "shop", metadata={"labels": {"istio-injection": "disabled"}}),
    ], []),
    Row("pod_dns", "DNS servers of the old network", [
        deployment(dnsPolicy="None", dnsConfig={"nameservers": ["10.0.0.53"]}),
    ], WEB),
    Row("pod_dns", "a search option", [
        deployment(dnsConfig={"options": [{"name": "ndots", "value": "2"}]}),
    ], []),
    Row("host_aliases", "a fixed address", [
        deployment(hostAliases=[{"ip": "10.1.2.3", "hostnames": ["erp.example.com"]}]),
    ], WEB),
    Row("host_aliases", "a name for the pod itself", [
        deployment(hostAliases=[{"ip": "127.0.0.1", "hostnames": ["web.local"]}]),
    ], []),
    Row("inline_volumes", "a disk of another cloud", [
        deployment(volumes=[{"name": "d", "awsElasticBlockStore": {"volumeID": "vol-1"}}]),
    ], ["blocker Deployment shop/web"]),
    Row("inline_volumes", "a share", [
        deployment(volumes=[{"name": "d", "nfs": {"server": "10.0.0.9", "path": "/data"}}]),
    ], WEB),
    Row("inline_volumes", "a driver", [
        deployment(volumes=[{"name": "d", "csi": {"driver": "file.csi.azure.com"}}]),
    ], WEB),
    Row("inline_volumes", "claims, settings and secrets of a store", [
        deployment(volumes=[
            {"name": "a", "persistentVolumeClaim": {"claimName": "uploads"}},
            {"name": "b", "configMap": {"name": "web"}},
            {"name": "c", "csi": {"driver": "secrets-store.csi.k8s.io"}},
        ]),
    ], []),
    Row("node_disks", "a large scratch folder", [
        deployment(volumes=[{"name": "d", "emptyDir": {"sizeLimit": "80Gi"}}]),
    ], WEB),
    Row("node_disks", "a large request", [
        one(resources={"requests": {"ephemeral-storage": "60Gi"}}),
    ], WEB),
    Row("node_disks", "little, and memory", [
        deployment(volumes=[
            {"name": "d", "emptyDir": {"sizeLimit": "1Gi"}},
            {"name": "m", "emptyDir": {"medium": "Memory", "sizeLimit": "64Gi"}},
            {"name": "e", "emptyDir": {}},
        ]),
    ], []),
    Row("cron_time_zones", "a zone in the schedule", [
        cron_job("CRON_TZ=Europe/Berlin 0 3 * * *"),
    ], ["blocker CronJob shop/nightly"]),
    Row("cron_time_zones", "an hour without a zone", [cron_job("0 3 * * *")], ["info CronJobs of shop"]),
    Row("cron_time_zones", "an hour with a zone", [cron_job("0 3 * * *", timeZone="Etc/UTC")], []),
    Row("cron_time_zones", "every five minutes", [cron_job("*/5 * * * *")], []),
    Row("unfinished_jobs", "a Job at work", [job(STARTED)], ["warning Job shop/import"]),
    Row("unfinished_jobs", "a Job that has ended", [job({**STARTED, "completionTime": "later"})], []),
    Row("unfinished_jobs", "a Job that waits", [job({})], []),
    Row("unfinished_jobs", "a Job of a CronJob", [
        {**job(STARTED), "metadata": {"name": "n-1", "namespace": "shop", "ownerReferences": [CRON_JOB]}},
    ], []),
    Row("floating_tags", "the tag latest", [
        deployment(containers=[container("registry.source.lab/shop/app")]),
    ], ["info registry.source.lab/shop/app"]),
    Row("floating_tags", "a version, and latest by digest", [
        deployment(containers=[container(), container(f"registry.source.lab/a:latest@sha256:{'1' * 64}")]),
    ], []),
    Row("cloud_identities", "a role of AWS", [
        make("v1", "ServiceAccount", "api", metadata={"annotations": {"eks.amazonaws.com/role-arn": "arn:1"}}),
    ], ["warning ServiceAccount shop/api"]),
    Row("cloud_identities", "a role of pods", [template(annotations={"iam.amazonaws.com/role": "reader"})], WEB),
    Row("cloud_identities", "an account without", [make("v1", "ServiceAccount", "api")], []),
    Row("usage_above_requests", "memory above a request", asking("500m", "256Mi"), WEB, facts=using(400, 512)),
    Row("usage_above_requests", "cores above a request", asking("500m", "256Mi"), [
        "info Deployment shop/web",
    ], facts=using(900, 200)),
    Row("usage_above_requests", "no requests", asking(), ["info Deployment shop/web"], facts=using(900, 512)),
    Row("usage_above_requests", "a little more than was requested", asking("500m", "256Mi"), [], facts=using(540, 270)),
    Row("usage_above_requests", "less than was requested", asking("500m", "256Mi"), [], facts=using(100, 100)),
    Row("usage_above_requests", "next to nothing without requests", asking(), [], facts=using(20, 30)),
    Row("usage_above_requests", "nothing was measured", asking("1m", "1Mi"), []),
    Row("unread_usage", "a right that is missing", [], ["warning metrics of the nodes"], facts={
        "usage": Usage(unread=(Unread("warning", "metrics of the nodes", "may not be read", "grant it"),)),
    }),
    Row("unread_usage", "a kubelet that is silent", [], ["info node n1"], facts={
        "usage": Usage(unread=(Unread("info", "node n1", "did not answer", "look at it"),)),
    }),
    Row("unread_usage", "a source that does not measure", [deployment()], []),
]  # fmt: skip
