from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.errors import PermanentError
from include.planning.model import PlanItem
from include.volumes.manifests import job_manifest, network_policy, secret_manifest
from include.volumes.movers import prepare_mover, resolving_mover, source_mover, target_mover
from include.volumes.output import Tree
from include.volumes.repository import repository_secrets
from tests.builders.runs import run as lab_run

TREE = Tree(3, "abc", "711", "33:33")


def row(**details: Any) -> PlanItem:
    known = {
        "namespace": "shop",
        "claim": "uploads",
        "pv": "pv-1",
        "node": "worker",
        "node_path": "/data/pv-1",
    }
    return PlanItem(
        key="volumes/shop/uploads",
        phase="velero_backup_restore",
        kind="volume",
        source="volume shop/uploads",
        target="volume shop/uploads",
        action="copy",
        details={**known, **details},
    )


def test_the_source_is_read_only_on_the_node_that_has_the_content(tmp_path: Path) -> None:
    job = job_manifest(source_mover(lab_run(tmp_path), row(), "backup", "warm"))
    pod = job["spec"]["template"]["spec"]
    assert job["metadata"]["namespace"] == "velero"
    assert pod["nodeName"] == "worker"
    assert {"name": "volume", "hostPath": {"path": "/data/pv-1", "type": "Directory"}} in pod["volumes"]
    assert pod["containers"][0]["volumeMounts"][1]["readOnly"] is True


def test_a_mover_asks_for_the_object_storage_by_its_full_name_and_one_that_stands_for_applications_as_they_do(
    tmp_path: Path,
) -> None:
    run = lab_run(tmp_path)
    reads, resolves = (
        job_manifest(mover)["spec"]["template"]["spec"]
        for mover in (source_mover(run, row(), "backup", "warm"), resolving_mover(run, ["shop.lab"]))
    )
    options = {one["name"]: one["value"] for one in reads["dnsConfig"]["options"]}
    assert options == {"ndots": "1", "timeout": "1", "attempts": "5"}
    assert "dnsConfig" not in resolves


def test_content_only_the_storage_driver_reaches_is_read_through_its_claim(tmp_path: Path) -> None:
    mover = source_mover(lab_run(tmp_path), row(node_path=None), "backup", "warm")
    assert mover.namespace == "shop"
    assert mover.volume == {"persistentVolumeClaim": {"claimName": "uploads", "readOnly": True}}


def test_a_final_pass_belongs_to_its_quiesce(tmp_path: Path) -> None:
    run = lab_run(tmp_path)
    settings = []
    for moment in ("2026-11-26T10:00:00.000+00:00", "2026-11-26T11:00:00.000+00:00"):
        run.ledger.write("cutover/quiesced-source", {"at": moment, "complete": True, "undone": None})
        settings.append(source_mover(run, row(), "backup", "final").settings)

    assert settings[0] != settings[1]
    assert source_mover(run, row(), "backup", "warm").settings["SINCE"] == ""


def test_the_baseline_pod_security_standard_allows_a_mover(tmp_path: Path) -> None:
    pod = job_manifest(target_mover(lab_run(tmp_path), row(), "final", "0123", TREE))["spec"]["template"][
        "spec"
    ]
    allowed = {"CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "SETFCAP", "SETGID", "SETUID"}

    assert set(pod["containers"][0]["securityContext"]["capabilities"]["add"]) <= allowed
    assert not any("hostPath" in volume for volume in pod["volumes"])


def test_a_folder_of_an_unknown_node_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="nodeAffinity"):
        source_mover(lab_run(tmp_path), row(node=None), "backup", "warm")


def test_the_target_mounts_the_claim_with_the_copied_image(tmp_path: Path) -> None:
    mover = target_mover(lab_run(tmp_path), row(), "final", "0123", TREE)
    pod = job_manifest(mover)["spec"]["template"]["spec"]
    assert pod["containers"][0]["image"].startswith("swr.eu-de.lab/shop/")
    assert pod["imagePullSecrets"] == [{"name": "default-secret"}]
    assert mover.settings["ROOT_MODE"] == "711"
    assert mover.settings["ROOT_OWNER"] == "33:33"


def test_no_secret_stands_in_the_job(tmp_path: Path) -> None:
    run = lab_run(tmp_path)
    secrets = repository_secrets(run)
    text = str(job_manifest(source_mover(run, row(), "backup", "warm")))
    assert not any(value in text for value in secrets.values() if len(value) > 4)
    mover = prepare_mover(run)
    assert secret_manifest(mover, secrets)["metadata"]["name"] == mover.name


def test_names_are_the_same_at_the_next_try_and_differ_by_claim(tmp_path: Path) -> None:
    run = lab_run(tmp_path)
    first, again = (source_mover(run, row(), "backup", "warm").name for _ in range(2))
    other = source_mover(run, row(claim="other"), "backup", "warm").name
    assert first == again != other
    assert len(first) <= 63


def test_only_the_mover_itself_is_let_out(tmp_path: Path) -> None:
    mover = target_mover(lab_run(tmp_path), row(), "warm", "0123", TREE)
    assert network_policy(mover)["spec"]["podSelector"]["matchLabels"] == mover.labels
    assert mover.labels["cce-migration/mover"] == mover.name


def test_the_repository_is_reached_virtual_hosted(tmp_path: Path) -> None:
    settings = prepare_mover(lab_run(tmp_path)).settings
    assert settings["RESTIC_REPOSITORY"] == "s3:http://obs.eu-de.lab/cce-migration-volumes/restic/lab"
    assert settings["BUCKET_LOOKUP"] == "dns"
