"""What runs on the target is judged row by row: images, endpoints, names, Ingresses, mounts, schedules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.errors import ProofError
from include.images.digests import DigestRecord, record_digest
from include.inventory.store import save_inventory
from include.labels import OWNER
from include.planning.live_rows import live_rows
from include.planning.model import Plan, PlanItem, save_plan
from include.planning.object_rows import object_rows, volume_rows
from include.run import MigrationRun
from include.verification import running, verify_running
from include.verification.names import parse_answers
from tests.builders.objects import MemoryCluster, claim, container, inventory, make, volume, workload
from tests.builders.runs import run as lab_run
from tests.unit.verification.checks.servers import Shop, serving

IMAGE, TARGET_IMAGE = "registry.source.lab/shop/app:1", "swr.eu-de.lab/shop/shop/app:1"
DIGEST, OTHER = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
POD_SPEC = {
    "containers": [container(volumeMounts=[{"name": "data", "mountPath": "/uploads"}])],
    "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "uploads"}}],
}
PORTS = [{"name": "http", "port": 8080, "protocol": "TCP"}]

Manifest = dict[str, Any]


def service(cluster_ip: str = "10.0.0.7", **spec: Any) -> Manifest:
    known = {"clusterIP": cluster_ip, "selector": {"app": "web"}, "ports": [{"name": "http", "port": 80}]}
    return make("v1", "Service", "web", spec={**known, **spec})


def slices(*addresses: str, ports: list[Manifest] | None = None, ready: bool = True) -> Manifest:
    endpoints = [{"addresses": [one], "conditions": {"ready": ready}} for one in addresses]
    labels = {"kubernetes.io/service-name": "web"}
    fields: Manifest = {"endpoints": endpoints, "ports": ports or PORTS}
    return make("discovery.k8s.io/v1", "EndpointSlice", "web-x", metadata={"labels": labels}, **fields)


def web(replicas: int = 1, **fields: Any) -> Manifest:
    return workload("Deployment", "web", replicas=replicas, **{**POD_SPEC, **fields})


def running_pod(digest: str = DIGEST, restarts: int = 0, mounts: bool = True, **metadata: Any) -> Manifest:
    status = {
        "name": "app",
        "imageID": f"swr.eu-de.lab/shop/shop/app@{digest}",
        "restartCount": restarts,
        "state": {"running": {"startedAt": "2026-11-24T10:00:00Z"}},
    }
    spec = POD_SPEC if mounts else {"containers": [container()]}
    return make(
        "v1",
        "Pod",
        "web-1",
        metadata={"labels": {"app": "web"}, **metadata},
        spec=spec,
        status={"phase": "Running", "containerStatuses": [status]},
    )


def cron_job(schedule: str = "0 3 * * *") -> Manifest:
    pod = {"containers": [container()], "restartPolicy": "Never"}
    spec = {"schedule": schedule, "jobTemplate": {"spec": {"template": {"spec": pod}}}}
    return make("batch/v1", "CronJob", "report", spec=spec)


def ingress(address: str | None = None, path: str = "/") -> Manifest:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    rule = {"host": "shop.lab", "http": {"paths": [{"path": path, "pathType": "Prefix", "backend": backend}]}}
    status = {"loadBalancer": {"ingress": [{"ip": address}]}} if address else {}
    return make("networking.k8s.io/v1", "Ingress", "shop", spec={"rules": [rule]}, status=status)


SOURCE = (web(), service(), slices("10.1.0.4"), claim(), volume(), cron_job(), ingress())
TARGET = (
    web(),
    service("10.9.0.9"),
    slices("10.8.0.4"),
    {**claim(), "status": {"phase": "Bound"}},
    cron_job(),
    ingress(),
    running_pod(),
)
ANSWERS = {"web.shop.svc": frozenset({"10.9.0.9"})}


def planned_run(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *changed: Manifest,
    source: tuple[Manifest, ...] = SOURCE,
    answers: dict[str, frozenset[str]] | None = None,
    refusals: dict[str, str] | None = None,
) -> MigrationRun:
    """Return a run whose target is as it shall be, but for objects that are changed."""
    run = lab_run(folder)
    kept = inventory(*source)
    save_inventory(run.ledger, kept)
    rows = object_rows(kept) + volume_rows(kept.volumes(), {"local-path": "csi-disk"})
    save_plan(run.ledger, Plan(items=[*rows, *live_rows(rows, kept), image_row()]))
    record_digest(
        run.ledger,
        DigestRecord(
            key=IMAGE,
            source=f"registry.source.lab/shop/app@{DIGEST}",
            target=f"swr.eu-de.lab/shop/shop/app@{DIGEST}",
            target_reference=TARGET_IMAGE,
            converted=False,
        ),
    )
    run.__dict__["target"] = MemoryCluster("target", *TARGET, *changed, refusals=refusals)
    monkeypatch.setattr(running, "look_up", lambda *_: ANSWERS if answers is None else answers)
    return run


def image_row() -> PlanItem:
    return PlanItem(
        key=IMAGE, phase="swr_image_sync", kind="image", source=IMAGE, target=TARGET_IMAGE, action="copy"
    )


def problems_of(run: MigrationRun) -> list[str]:
    with pytest.raises(ProofError) as caught:
        verify_running(run, patience_seconds=0)
    return caught.value.problems


def test_a_target_that_runs_as_the_source_did_has_a_row_of_each_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned_run(tmp_path, monkeypatch)
    assert verify_running(run, patience_seconds=0) == 6
    proofs = run.ledger.proofs("verification")
    assert {key.partition("/")[0] for key in proofs} == set(running.KINDS)
    assert all(proof.equal for proof in proofs.values())
    assert proofs["pods/deployments.apps/shop/web"].target == {"app": DIGEST[:19]}
    assert proofs["mount/shop/uploads"].target == {"phase": "Bound", "mounted at": ["app /uploads"]}
    assert proofs["service/services/shop/web"].source == {"ready": 1, "ports": ["http 8080/TCP"]}
    assert proofs["ingress/ingresses.networking.k8s.io/shop/shop"].source == {"no load balancer": ""}


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        pytest.param(
            running_pod(OTHER),
            "container app runs sha256:bbbbbbbbbbbb instead of sha256:aaaaaaaaaaaa",
            id="image",
        ),
        pytest.param(
            running_pod(mounts=False),
            "mounted at nothing instead of app /uploads",
            id="a mount that is missing",
        ),
        pytest.param(claim(), "phase nothing instead of Bound", id="a claim that is not bound"),
        pytest.param(
            slices("10.8.0.4", ready=False), "leads to 0 ready addresses, on the source to 1", id="unready"
        ),
        pytest.param(
            slices("10.8.0.4", ports=[{"name": "http", "port": 9090}]),
            "have the ports ['http 9090/TCP'], on the source ['http 8080/TCP']",
            id="another port",
        ),
        pytest.param(cron_job("0 4 * * *"), "runs at 0 4 * * * instead of 0 3 * * *", id="another schedule"),
        pytest.param(service("10.9.0.1"), "web.shop.svc leads to 10.9.0.9 instead of 10.9.0.1", id="a name"),
    ],
)
def test_what_differs_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: Manifest, problem: str
) -> None:
    (found,) = problems_of(planned_run(tmp_path, monkeypatch, changed))
    assert problem in found
    assert "target cluster" in found


def test_a_name_that_does_not_resolve_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = problems_of(planned_run(tmp_path, monkeypatch, answers={}))
    assert "web.shop.svc does not resolve" in found


def test_an_external_name_leads_where_the_name_it_stands_for_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    external = make("v1", "Service", "web", spec={"type": "ExternalName", "externalName": "pg.source.lab"})
    adapted = make("v1", "Service", "web", spec={"type": "ExternalName", "externalName": "pg.rds.lab"})
    there = {"web.shop.svc": frozenset({"10.2.0.1"}), "pg.rds.lab": frozenset({"10.2.0.1"})}
    run = planned_run(tmp_path, monkeypatch, adapted, source=(external,), answers=there)
    assert verify_running(run, patience_seconds=0) == 1
    elsewhere = planned_run(
        tmp_path / "x",
        monkeypatch,
        adapted,
        source=(external,),
        answers={**there, "pg.rds.lab": frozenset()},
    )
    assert len(problems_of(elsewhere)) == 1


def test_a_job_that_the_api_server_refuses_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = planned_run(tmp_path, monkeypatch, refusals={"report-tried": "exceeded quota: compute"})
    (found,) = problems_of(run)
    assert "the API server refuses a Job of it: exceeded quota: compute" in found
    assert run.target.find("/apis/batch/v1/namespaces/shop/jobs/report-tried") is None


def test_a_container_that_restarts_while_it_is_looked_at_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned_run(tmp_path, monkeypatch)

    def restart(*_: Any) -> dict[str, frozenset[str]]:
        pod = running_pod(restarts=1)
        run.target.objects[run.target.path_of(pod)] = pod  # type: ignore[attr-defined]
        return ANSWERS

    monkeypatch.setattr(running, "look_up", restart)
    (found,) = problems_of(run)
    assert "shop/web-1/app has restarted since it was ready" in found


def test_an_autoscaled_workload_needs_one_address_not_as_many_as_on_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scaler = make(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        "web",
        spec={"scaleTargetRef": {"kind": "Deployment", "name": "web"}},
    )
    busy = tuple(slices("10.1.0.4", "10.1.0.5") if obj["kind"] == "EndpointSlice" else obj for obj in SOURCE)
    assert verify_running(planned_run(tmp_path, monkeypatch, source=(*busy, scaler)), patience_seconds=0) == 6
    assert "on the source to 2" in problems_of(planned_run(tmp_path / "x", monkeypatch, source=busy))[0]


def test_the_way_on_to_the_target_is_none_of_the_sources_endpoints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    led_on = slices("198.18.20.32", ports=[{"name": "http", "port": 80, "protocol": "TCP"}])
    led_on["metadata"]["labels"][OWNER] = "lab"
    redirected = tuple(led_on if obj["kind"] == "EndpointSlice" else obj for obj in SOURCE)
    run = planned_run(tmp_path, monkeypatch, source=redirected)
    assert verify_running(run, patience_seconds=0) == 6
    proof = run.ledger.proofs("verification")["service/services/shop/web"]
    assert proof.source == {"ready": 0, "ports": []}


def test_an_ingress_has_to_answer_as_on_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Shop()) as before, serving(Shop()) as after:
        source = tuple(ingress(before.address) if obj["kind"] == "Ingress" else obj for obj in SOURCE)
        run = planned_run(tmp_path, monkeypatch, ingress(after.address), source=source)
        assert verify_running(run, patience_seconds=0) == 6
        proof = run.ledger.proofs("verification")["ingress/ingresses.networking.k8s.io/shop/shop"]
        assert (proof.source, proof.target) == ({"shop.lab/": "200"}, {"shop.lab/": "200"})
        assert after.requests[0][2]["Host"] == "shop.lab"
        without = planned_run(tmp_path / "x", monkeypatch, ingress(), source=source)
        assert "has no load balancer on the target" in problems_of(without)[0]


def test_an_ingress_that_answers_otherwise_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Shop()) as before, serving(Shop()) as after:
        source = tuple(ingress(before.address) if obj["kind"] == "Ingress" else obj for obj in SOURCE)
        run = planned_run(tmp_path, monkeypatch, ingress(after.address, "/gone"), source=source)
        assert "shop.lab/gone answers 404, on the source nobody was asked" in problems_of(run)[0]


BIG = """name web.shop.svc
Server:\t\t198.19.192.10
Address:\t198.19.192.10:53

Name:\tweb.shop.svc.cluster.local
Address: 198.19.192.77

name gone.shop.svc
Server:\t\t198.19.192.10
Address:\t198.19.192.10:53

** server can't find gone.shop.svc.cluster.local.: NXDOMAIN

name journal.shop.svc
Server:    198.19.192.10
Address 1: 198.19.192.10 kube-dns.kube-system.svc.cluster.local

Name:      journal.shop.svc
Address 1: 10.1.0.4 journal-0.journal.shop.svc.cluster.local
Address 2: fd00::4
"""


def test_answers_of_both_sorts_of_busybox_are_understood() -> None:
    assert parse_answers(BIG) == {
        "web.shop.svc": {"198.19.192.77"},
        "gone.shop.svc": set(),
        "journal.shop.svc": {"10.1.0.4", "fd00::4"},
    }


def test_a_run_that_was_planned_before_there_were_such_rows_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned_run(tmp_path, monkeypatch)
    save_plan(run.ledger, Plan(items=object_rows(inventory(*SOURCE))))
    assert verify_running(run) == 0
