"""What the rules about storage do to claims and custom resources."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders.objects import claim, make

ENFORCE = "pod-security.kubernetes.io/enforce"
MARK = ".storageclass.storage.k8s.io/"


def quota(**hard: str) -> dict[str, Any]:
    """Return a ResourceQuota."""
    return make("v1", "ResourceQuota", "disks", spec={"hard": hard})


STORAGE_CASES = [
    pytest.param(
        "claims",
        claim(size="1Gi"),
        {
            "spec": {
                "storageClassName": "csi-disk",
                "resources": {"requests": {"storage": "10Gi"}},
                "volumeName": None,
            }
        },
        id="a small claim",
    ),
    pytest.param(
        "claims",
        claim(size="20Gi", selector={"matchLabels": {"disk": "one"}}),
        {"spec": {"storageClassName": "csi-disk", "volumeName": None, "selector": None}},
        id="a choice among volumes that people made",
    ),
    pytest.param(
        "claims",
        claim(size="20Gi"),
        {"spec": {"storageClassName": "csi-disk", "volumeName": None}},
        id="a large claim keeps its size",
    ),
    pytest.param(
        "claims",
        make("v1", "PersistentVolumeClaim", "x", spec={"storageClassName": "csi-nas", "resources": {}}),
        {},
        id="returned unchanged: an unmapped claim without volume",
    ),
    pytest.param(
        "claims",
        make(
            "v1",
            "PersistentVolumeClaim",
            "x",
            spec={},
            metadata={
                "annotations": {
                    "pv.kubernetes.io/bind-completed": "yes",
                    "volume.kubernetes.io/selected-node": "n",
                    "mine": "kept",
                }
            },
        ),
        {
            "metadata": {
                "annotations": {
                    "pv.kubernetes.io/bind-completed": None,
                    "volume.kubernetes.io/selected-node": None,
                }
            }
        },
        id="binding annotations go",
    ),
    pytest.param(
        "claims",
        claim(size="20G"),
        {
            "spec": {
                "storageClassName": "csi-disk",
                "resources": {"requests": {"storage": "19Gi"}},
                "volumeName": None,
            }
        },
        id="a disk has whole GiB",
    ),
    pytest.param(
        "claims",
        make(
            "v1",
            "PersistentVolumeClaim",
            "x",
            spec={"resources": {"requests": {"storage": "20Gi"}}},
            metadata={"annotations": {"volume.beta.kubernetes.io/storage-class": "local-path"}},
        ),
        {"metadata": {"annotations": None}, "spec": {"storageClassName": "csi-disk"}},
        id="a class in the older annotation",
    ),
    pytest.param(
        "custom_storage_classes",
        make("shop.lab/v1", "Campaign", "c", spec={"disks": [{"storageClassName": "local-path"}]}),
        {"spec": {"disks": [{"storageClassName": "csi-disk"}]}},
        id="the class in a custom resource",
    ),
    pytest.param(
        "custom_storage_classes",
        make(
            "shop.lab/v1", "Campaign", "c", spec={"class": "local-path", "disk": {"storageClass": "csi-disk"}}
        ),
        {},
        id="returned unchanged: a word called class, and a class that is mapped already",
    ),
    pytest.param(
        "pod_security",
        make("v1", "Namespace", "old"),
        {"metadata": {"labels": {ENFORCE: "baseline"}}},
        id="a namespace that relied on policies",
    ),
    pytest.param(
        "pod_security", make("v1", "Namespace", "new"), {}, id="returned unchanged: one that did not"
    ),
    pytest.param(
        "pod_security",
        make("v1", "Namespace", "old", metadata={"labels": {ENFORCE: "restricted"}}),
        {},
        id="already right: a level of its own",
    ),
    pytest.param(
        "quota_classes",
        quota(**{f"local-path{MARK}requests.storage": "9Gi", "pods": "4"}),
        {
            "spec": {
                "hard": {f"local-path{MARK}requests.storage": None, f"csi-disk{MARK}requests.storage": "9Gi"}
            }
        },
        id="a quota of a class",
    ),
    pytest.param(
        "quota_classes",
        quota(**{
            f"local-path{MARK}persistentvolumeclaims": "9",
            f"csi-disk{MARK}persistentvolumeclaims": "2",
        }),
        {
            "spec": {
                "hard": {
                    f"local-path{MARK}persistentvolumeclaims": None,
                    f"csi-disk{MARK}persistentvolumeclaims": "11",
                }
            }
        },
        id="two classes that become one share the sum",
    ),
    pytest.param(
        "quota_classes",
        quota(**{f"other{MARK}requests.storage": "1Gi", "requests.storage": "2Gi"}),
        {},
        id="returned unchanged: a class that is not mapped",
    ),
    pytest.param(
        "quota_classes",
        quota(**{f"csi-disk{MARK}requests.storage": "1Gi"}),
        {},
        id="already right: the target's class",
    ),
]
