from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from include.connections import ObjectStorageAccess
from include.definition import Toleration, VeleroServer
from include.errors import EngineError
from include.velero import rendering
from include.velero.rendering import Installation, render_credentials, render_installation, render_location

ACCESS = ObjectStorageAccess("http://obs.eu-de.lab", "eu-de", "AK", "secret-key-of-the-tests")
RENDERED = {
    "kind": "List",
    "items": [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "velero", "namespace": "velero", "creationTimestamp": None},
            "spec": {
                "template": {
                    "spec": {
                        "containers": [{"name": "velero", "image": "server", "imagePullPolicy": "Always"}],
                        "initContainers": [{"name": "aws", "image": "plugin", "imagePullPolicy": "Always"}],
                    }
                }
            },
            "status": {},
        },
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "velero"}, "status": {}},
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "backups.velero.io"},
            "spec": {"schema": {"properties": {"apiVersion": {}, "kind": {}, "status": {"type": "object"}}}},
            "status": {"conditions": None},
        },
    ],
}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []

    def run_engine(command: list[str], *, environment: dict[str, str]) -> str:
        made.append({"command": command, "kubeconfig": Path(environment["KUBECONFIG"]).read_text()})
        return yaml.safe_dump(RENDERED)

    monkeypatch.setattr(rendering, "run_engine", run_engine)
    monkeypatch.setattr(rendering, "find_program", lambda name, package: f"/bin/{name}")
    return made


def test_definitions_come_first_and_all_objects_carry_the_label(calls: list[dict[str, Any]]) -> None:
    manifests = render_installation(Installation("server", "plugin", {"cce-migration": "lab"}))
    assert [one["kind"] for one in manifests] == ["CustomResourceDefinition", "Namespace", "Deployment"]
    assert {one["metadata"]["labels"]["cce-migration"] for one in manifests} == {"lab"}


def test_empty_fields_are_left_out(calls: list[dict[str, Any]]) -> None:
    manifests = render_installation(Installation("server", "plugin", {}))
    assert all("status" not in one and "creationTimestamp" not in one["metadata"] for one in manifests)


def test_the_schema_of_a_status_stays(calls: list[dict[str, Any]]) -> None:
    definition = render_installation(Installation("server", "plugin", {}))[0]
    assert "status" in definition["spec"]["schema"]["properties"]


def test_the_target_pulls_with_the_clouds_secret(calls: list[dict[str, Any]]) -> None:
    deployment = render_installation(Installation("server", "plugin", {}, "default-secret"))[-1]
    pod = deployment["spec"]["template"]["spec"]
    assert pod["imagePullSecrets"] == [{"name": "default-secret"}]
    assert {one["imagePullPolicy"] for one in pod["containers"] + pod["initContainers"]} == {"IfNotPresent"}


def test_the_server_runs_where_the_definition_wants_it(calls: list[dict[str, Any]]) -> None:
    server = VeleroServer.model_validate({
        "node_selector": {"pool": "tools"},
        "tolerations": [{"key": "dedicated", "value": "tools", "effect": "NoSchedule"}],
        "memory_mib": 3000,
    })

    deployment = render_installation(Installation("server", "plugin", {}, server=server))[-1]

    pod, command = deployment["spec"]["template"]["spec"], calls[0]["command"]
    assert pod["nodeSelector"] == {"pool": "tools"}
    wanted = {"key": "dedicated", "operator": "Equal", "value": "tools", "effect": "NoSchedule"}
    assert pod["tolerations"] == [wanted]
    assert command[command.index("--velero-pod-mem-limit") + 1] == "3000Mi"


@pytest.mark.parametrize(
    ("toleration", "problem"),
    [
        ({"key": "a", "operator": "Exists", "value": "b"}, "takes no value"),
        ({"value": "b"}, "without key needs operator Exists"),
    ],
)
def test_a_toleration_that_kubernetes_would_refuse_is_refused(
    toleration: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValidationError, match=problem):
        Toleration.model_validate(toleration)


def test_the_program_gets_no_secret_and_no_real_server(calls: list[dict[str, Any]]) -> None:
    render_installation(Installation("server", "plugin", {}))
    assert "--no-secret" in calls[0]["command"]
    assert ACCESS.secret_key not in " ".join(calls[0]["command"])
    assert "127.0.0.1:9" in calls[0]["kubeconfig"]


def test_nothing_rendered_is_an_error(calls: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "run_engine", lambda command, environment: "")
    with pytest.raises(EngineError, match="rendered no objects"):
        render_installation(Installation("server", "plugin", {}))


def test_a_location_for_obs_is_virtual_hosted_and_without_checksums() -> None:
    location = render_location("cce-lab", {}, ACCESS, "bucket", "lab", "credentials")
    assert location["spec"]["config"]["s3ForcePathStyle"] == "false"
    assert not location["spec"]["config"]["checksumAlgorithm"]
    assert location["spec"]["objectStorage"] == {"bucket": "bucket", "prefix": "lab"}
    assert ACCESS.secret_key not in str(location)


def test_credentials_are_in_the_form_of_the_plugin() -> None:
    text = render_credentials("credentials", {}, ACCESS)["stringData"]["cloud"]
    assert text.splitlines() == [
        "[default]",
        "aws_access_key_id=AK",
        "aws_secret_access_key=secret-key-of-the-tests",
    ]


@pytest.mark.parametrize(
    ("objects", "settings", "memory_mib"),
    [
        pytest.param(400, {}, 1024, id="a small estate"),
        pytest.param(7500, {}, 1024 + 3 * 128, id="many objects"),
        pytest.param(7500, {"memory_mib": 700}, 700, id="by the definition"),
    ],
)
def test_the_memory_limit_grows_with_the_objects(
    objects: int, settings: dict[str, int], memory_mib: int
) -> None:
    installation = Installation("s", "p", {}, server=VeleroServer(**settings), objects=objects)

    assert installation.memory_mib == memory_mib
