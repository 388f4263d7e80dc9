from __future__ import annotations

from typing import Any

import pytest

from include.planning.object_rows import object_rows
from tests.builders.objects import container, deployment, inventory, make

PHASE = "velero_backup_restore"
LOGIN = make("v1", "Secret", "registry", type="kubernetes.io/dockerconfigjson", data={})
NAMED = [{"name": "registry"}]
MOUNTED = [{"name": "login", "secret": {"secretName": "registry"}}]


def account(name: str) -> dict[str, Any]:
    return make("v1", "ServiceAccount", name, imagePullSecrets=NAMED)


@pytest.mark.parametrize(
    ("objects", "stays_behind"),
    [
        pytest.param([deployment(imagePullSecrets=NAMED)], True, id="pods that pull copied images"),
        pytest.param(
            [deployment(serviceAccountName="web"), account("web")], True, id="by their ServiceAccount"
        ),
        pytest.param([deployment(), account("default")], True, id="by the ServiceAccount of every namespace"),
        pytest.param([deployment()], False, id="nobody names it: somebody outside may"),
        pytest.param(
            [deployment(imagePullSecrets=NAMED, containers=[container("other.lab/x:1")])],
            False,
            id="an image of another registry",
        ),
        pytest.param(
            [deployment(imagePullSecrets=NAMED), deployment("builder", volumes=MOUNTED)],
            False,
            id="a builder pushes with it",
        ),
        pytest.param(
            [
                deployment(imagePullSecrets=NAMED),
                make("v1", "ConfigMap", "runner", data={"pod": "secret: registry"}),
            ],
            False,
            id="a program starts pods with it",
        ),
        pytest.param(
            [
                deployment(imagePullSecrets=NAMED),
                make("shop.lab/v1", "Campaign", "c", spec={"secrets": ["registry"]}),
            ],
            False,
            id="an operator starts pods with it",
        ),
    ],
)
def test_a_login_stays_behind_when_it_is_there_for_nothing_else(
    objects: list[dict[str, Any]], stays_behind: bool
) -> None:
    rows = object_rows(inventory(LOGIN, *objects))
    (row,) = [row for row in rows if row.details.get("resource") == "secrets" and row.phase == PHASE]

    assert row.action == ("exclude" if stays_behind else "copy")


def test_another_secret_is_no_login() -> None:
    kept = inventory(
        make("v1", "Secret", "registry", type="Opaque", data={}), deployment(imagePullSecrets=NAMED)
    )

    assert kept.source_logins == frozenset()
