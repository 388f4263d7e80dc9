"""Hooks run in real containers of the lab's source, and what they say comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from include.clusters import Cluster
from include.connections import ClusterAccess
from include.errors import ClusterError, ObjectNotFoundError, ProofError, WaitTimeoutError
from include.hooks import run_hooks
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.runs import run as lab_run

pytestmark = pytest.mark.lab

NAME = "hooked"
DEPLOYMENTS = "/apis/apps/v1/namespaces/shop/deployments"
SHELL = ["sh", "-c"]


def manifest(source: Cluster) -> dict[str, Any]:
    """Return a Deployment of an image with a shell, whose pods have hooks for Velero."""
    annotations = {
        "pre.hook.backup.velero.io/command": '["sh", "-c", "echo one >> /tmp/order"]',
        "post.hook.backup.velero.io/command": '["sh", "-c", "echo two >> /tmp/order"]',
    }
    container = {
        "name": "app",
        "image": "registry.source.lab/restic/restic:0.18.1",
        "command": ["sleep", "3600"],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": NAME, "namespace": "shop"},
        "spec": {
            "selector": {"matchLabels": {"app": NAME}},
            "template": {
                "metadata": {"labels": {"app": NAME}, "annotations": annotations},
                "spec": {
                    "containers": [container],
                    "imagePullSecrets": [{"name": "registry-source"}],
                    "terminationGracePeriodSeconds": 0,
                },
            },
        },
    }


@pytest.fixture(scope="module")
def source(source_kubeconfig: str) -> Iterator[Cluster]:
    cluster = Cluster(ClusterAccess("source", source_kubeconfig))
    cluster.apply(manifest(cluster))
    path = f"{DEPLOYMENTS}/{NAME}"
    cluster.wait_for(
        path, lambda seen: bool(((seen or {}).get("status") or {}).get("readyReplicas")), 90, "it runs"
    )
    yield cluster
    cluster.delete(path, propagation="Foreground")


@pytest.fixture
def run(tmp_path: Path, source: Cluster) -> MigrationRun:
    made = lab_run(tmp_path)
    made.__dict__["source"] = source
    made.__dict__["definition"] = definition()
    return made


def pod(source: Cluster) -> str:
    (found,) = source.list("/api/v1/namespaces/shop/pods", labelSelector=f"app={NAME}")
    return str(found["metadata"]["name"])


def shell(source: Cluster, text: str, seconds: float = 20) -> tuple[int, str, str]:
    result = source.run_command("shop", pod(source), "app", [*SHELL, text], seconds)
    return result.exit_code, result.output, result.errors


def test_output_errors_and_exit_code_come_back(source: Cluster) -> None:
    assert shell(source, "echo well; echo ill >&2; exit 3") == (3, "well\n", "ill\n")


def test_the_end_of_long_output_is_kept(source: Cluster) -> None:
    code, output, _ = shell(source, "seq 1 200000")

    assert code == 0
    assert output.endswith("\n199999\n200000\n")


def test_a_program_that_is_not_there_does_not_count_as_run(source: Cluster) -> None:
    assert source.run_command("shop", pod(source), "app", ["no-such-program"], 20).exit_code != 0


def test_a_pod_that_is_not_there_is_told(source: Cluster) -> None:
    with pytest.raises(ObjectNotFoundError, match="pods shop/nobody, source cluster"):
        source.run_command("shop", "nobody", "app", ["true"], 20)


def test_a_container_that_is_not_there_is_told(source: Cluster) -> None:
    with pytest.raises(ClusterError, match="nothing"):
        source.run_command("shop", pod(source), "nothing", ["true"], 20)


def test_a_command_that_does_not_end_is_given_up(source: Cluster) -> None:
    with pytest.raises(WaitTimeoutError, match="has not ended after 1 s"):
        shell(source, "sleep 30", 1)


def test_the_estates_own_hooks_run_in_their_order(run: MigrationRun, source: Cluster) -> None:
    shell(source, "rm -f /tmp/order")

    assert run_hooks(run, "before_stop") == 2
    assert shell(source, "cat /tmp/order")[1] == "one\ntwo\n"


def test_a_hook_of_the_definition_that_fails_is_told_by_its_pod(run: MigrationRun, source: Cluster) -> None:
    hook = {
        "name": "flush",
        "workload": f"Deployment shop/{NAME}",
        "when": "before_stop",
        "command": [*SHELL, "echo the index is locked >&2; exit 5"],
    }
    run.__dict__["definition"] = definition(lambda document: document.update(hooks=[hook]))

    with pytest.raises(
        ProofError,
        match=rf"Pod shop/{pod(source)}, source cluster: its hook flush .*exit code 5.*index is locked",
    ):
        run_hooks(run, "before_stop")
