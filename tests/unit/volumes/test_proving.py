from __future__ import annotations

from typing import Any

from include.volumes.proving import DELIVERED_METHOD, FINAL_METHOD, SNAPSHOT_METHOD, WARM_METHOD, volume_proof

TREE = {"entries": 3, "digest": "abc", "mode": "755", "owner": "0:0"}


def copied(stage: str, **fields: Any) -> dict[str, Any]:
    known = {
        "stage": stage,
        "snapshot": "0123456789",
        "backup": {"total_files_processed": 2},
        "restore_size": 10,
        "restore": {"total_bytes": 10},
        "source_tree": TREE,
        "target_tree": TREE,
    }
    return {**known, **fields}


def test_a_final_pass_is_proved_by_the_whole_tree() -> None:
    proof = volume_proof(copied("final"), None)
    assert (proof.method, proof.equal) == (FINAL_METHOD, True)


def test_a_final_pass_with_another_tree_is_unequal() -> None:
    assert not volume_proof(copied("final", target_tree={**TREE, "digest": "abd"}), None).equal


def test_a_proof_says_whether_extended_attributes_were_compared() -> None:
    assert (
        volume_proof(copied("final", attributes=True), None).method == f"{FINAL_METHOD}, extended attributes"
    )


def test_a_copy_from_a_snapshot_is_proved_by_the_whole_tree() -> None:
    proof = volume_proof(copied("warm", frozen=True), None)
    assert (proof.method, proof.equal) == (SNAPSHOT_METHOD, True)
    assert not volume_proof(copied("warm", frozen=True, target_tree={**TREE, "digest": "abd"}), None).equal


def test_a_warm_pass_is_proved_by_what_restic_read_back() -> None:
    proof = volume_proof(copied("warm"), None)
    assert (proof.method, proof.equal) == (WARM_METHOD, True)
    assert volume_proof(copied("warm", restore={"total_bytes": 4, "bytes_skipped": 6}), None).equal
    assert not volume_proof(copied("warm", restore={"total_bytes": 9}), None).equal


def test_after_the_switch_the_source_is_compared_with_what_was_delivered() -> None:
    proof = volume_proof(copied("delivered"), {"tree": TREE})
    assert (proof.method, proof.equal) == (DELIVERED_METHOD, True)


def test_what_was_never_delivered_is_unequal() -> None:
    assert not volume_proof(copied("delivered"), None).equal
