"""What pods request, and how many of them run."""

from __future__ import annotations

from typing import Any

import pytest

from include.inventory.quantities import parse_bytes, parse_quantity
from include.sizing.demand import PodGroup, pod_groups, pod_requests
from include.sizing.model import GIB, MIB, Amounts
from tests.builders.objects import container, deployment, inventory, make, pod, workload


def asking(cpu: str | None = None, memory: str | None = None, **fields: Any) -> dict[str, Any]:
    requests = {name: value for name, value in (("cpu", cpu), ("memory", memory)) if value}
    return container(resources={"requests": requests}, **fields)


def spec(
    *containers: dict[str, Any], init: list[dict[str, Any]] | None = None, **fields: Any
) -> dict[str, Any]:
    return {"containers": list(containers), "initContainers": init or [], **fields}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("100m", 0.1), ("1", 1), (2, 2), ("0.5", 0.5), ("1500u", 0.0015), ("128974848", 128974848), ("129e6", 129e6),
        ("129M", 129e6), ("123Mi", 123 * MIB), ("64Ki", 65536), ("1Gi", GIB), ("1.5Gi", 1.5 * GIB), ("1E", 1e18), ("1e3", 1000),
    ],
)  # fmt: skip
def test_reads_every_form_of_a_quantity(text: str | float, number: float) -> None:
    assert parse_quantity(text) == pytest.approx(number)


def test_bytes_are_whole() -> None:
    assert parse_bytes("1500m") == 1


@pytest.mark.parametrize(
    ("pod_spec", "millicores", "memory"),
    [
        pytest.param(spec(asking("100m", "64Mi"), asking("1", "1Gi")), 1100, 64 * MIB + GIB, id="containers add up"),
        pytest.param(spec(asking("100m"), init=[asking("2"), asking("1")]), 2000, 0, id="the largest init container"),
        pytest.param(
            spec(asking("100m"), init=[asking("500m", restartPolicy="Always"), asking("2")]),
            2500, 0, id="an init container runs beside the sidecars before it",
        ),
        pytest.param(
            spec(asking("100m"), init=[asking("2"), asking("500m", restartPolicy="Always")]),
            2000, 0, id="but not beside the sidecars after it",
        ),
        pytest.param(
            spec(asking("1"), init=[asking("500m", restartPolicy="Always")]), 1500, 0, id="sidecars run beside containers"
        ),
        pytest.param(
            spec(asking("1", "1Gi"), overhead={"cpu": "250m", "memory": "120Mi"}), 1250, GIB + 120 * MIB, id="overhead"
        ),
        pytest.param(
            spec(container(resources={"limits": {"cpu": "2", "memory": "1Gi"}, "requests": {"cpu": "1"}})),
            1000, GIB, id="a limit stands for a missing request",
        ),
        pytest.param(
            spec(asking("3"), asking("3"), resources={"requests": {"cpu": "4", "memory": "1Gi"}}),
            4000, GIB, id="requests of the whole pod go first",
        ),
        pytest.param(spec(container()), 0, 0, id="nothing is requested"),
        pytest.param(spec(asking("100u")), 1, 0, id="parts of a millicore count whole"),
    ],
)  # fmt: skip
def test_a_pod_reserves_what_the_scheduler_counts(
    pod_spec: dict[str, Any], millicores: int, memory: int
) -> None:
    assert pod_requests(pod_spec) == Amounts(millicores, memory, 1)


def scaler(name: str, most: int) -> dict[str, Any]:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    return make(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        name,
        spec={"scaleTargetRef": target, "maxReplicas": most},
    )


def job(name: str = "once", owner: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    template = {"spec": spec(asking("1"))}
    metadata = {"ownerReferences": [owner]} if owner else {}
    return make("batch/v1", "Job", name, metadata=metadata, spec={"template": template, **fields})


def cron(active: int = 0, **job_fields: Any) -> dict[str, Any]:
    template = {"spec": {"template": {"spec": spec(asking("1"))}, **job_fields}}
    return make(
        "batch/v1", "CronJob", "nightly", spec={"jobTemplate": template}, status={"active": [{}] * active}
    )


def counts(*objects: dict[str, Any]) -> list[tuple[str, int, int]]:
    return [(group.name, group.count, group.most) for group in pod_groups(inventory(*objects))]


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        pytest.param([deployment(replicas=3)], [("Deployment shop/web", 3, 3)], id="replicas"),
        pytest.param([workload("StatefulSet", "db")], [("StatefulSet shop/db", 1, 1)], id="one replica unless told"),
        pytest.param([deployment(replicas=2), scaler("web", 9)], [("Deployment shop/web", 2, 9)], id="an autoscaler's maximum"),
        pytest.param([workload("DaemonSet", "agent")], [("DaemonSet shop/agent", 0, 0)], id="a DaemonSet has no number"),
        pytest.param([cron()], [("CronJob shop/nightly", 1, 1)], id="a CronJob as if it ran"),
        pytest.param([cron(2, parallelism=3)], [("CronJob shop/nightly", 6, 6)], id="runs of a CronJob that overlap"),
        pytest.param([job(parallelism=4, completions=3)], [("Job shop/once", 3, 3)], id="a Job no more than it has to do"),
        pytest.param(
            [job(owner={"kind": "CronJob", "name": "nightly", "controller": True})], [], id="a CronJob's Job counts there"
        ),
        pytest.param([pod(owner="web-1")], [], id="a ReplicaSet's pod counts there"),
        pytest.param([pod()], [("Pod shop/web-1", 1, 1)], id="a bare pod"),
        pytest.param([pod(status={"phase": "Succeeded"})], [], id="an ended pod needs nothing"),
    ],
)  # fmt: skip
def test_counts_pods_at_once(objects: list[dict[str, Any]], expected: list[tuple[str, int, int]]) -> None:
    assert counts(*objects) == expected


def test_what_an_operator_makes_counts_by_itself() -> None:
    metadata = {"ownerReferences": [{"kind": "Prometheus", "name": "main", "controller": True}]}

    assert counts(workload("StatefulSet", "prometheus", metadata, replicas=2)) == [
        ("StatefulSet shop/prometheus", 2, 2)
    ]


def group(**pod_fields: Any) -> PodGroup:
    (found,) = pod_groups(inventory(deployment(**pod_fields)))
    return found


def test_labels_that_mean_something_on_the_target_choose_a_pool() -> None:
    selector = {"disk": "ssd", "kubernetes.io/os": "linux", "topology.kubernetes.io/zone": "a"}
    rule = {"key": "kubernetes.io/arch", "operator": "In", "values": ["arm64"]}
    required = {"nodeSelectorTerms": [{"matchExpressions": [rule]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}

    assert group(nodeSelector=selector, affinity=affinity).selector == (
        ("disk", "ssd"),
        ("kubernetes.io/arch", "arm64"),
    )


def test_a_pod_without_both_requests_is_told() -> None:
    assert not group(containers=[asking("1")]).has_requests
    assert group(containers=[asking("1", "1Gi")]).has_requests


def test_devices_have_names_with_a_domain() -> None:
    limits = {"cpu": "1", "memory": "1Gi", "nvidia.com/gpu": 1, "hugepages-2Mi": "4Mi"}

    assert group(containers=[container(resources={"limits": limits})]).devices == ("nvidia.com/gpu",)


@pytest.mark.parametrize(
    ("amounts", "text"),
    [
        (Amounts(20, 48 * MIB, 1), "0.02 cores and 48 MiB"),
        (Amounts(1000, GIB, 1), "1 core and 1 GiB"),
        (Amounts(3240, 6 * GIB + GIB // 2, 1), "3.2 cores and 6.5 GiB"),
        (Amounts(0, 0, 1), "0 cores and 0 GiB"),
    ],
)
def test_amounts_are_told_in_units_that_fit(amounts: Amounts, text: str) -> None:
    assert amounts.text() == text
