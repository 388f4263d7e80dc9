from __future__ import annotations

from typing import Any

import pytest

from include.inventory.pod_security import levels_instead
from tests.builders.objects import container, deployment, inventory, pod

JUDGED = pod("web-1", owner="web", metadata={"annotations": {"kubernetes.io/psp": "restrictive"}})


def strong(**context: Any) -> dict[str, Any]:
    return deployment("agent", containers=[container(securityContext=context)])


@pytest.mark.parametrize(
    ("other", "level"),
    [
        pytest.param(deployment(), "baseline", id="plain pods"),
        pytest.param(
            strong(capabilities={"add": ["NET_BIND_SERVICE"]}), "baseline", id="a harmless capability"
        ),
        pytest.param(strong(capabilities={"add": ["CAP_SYS_ADMIN"]}), "privileged", id="a strong capability"),
        pytest.param(strong(privileged=True), "privileged", id="a privileged container"),
        pytest.param(deployment(hostNetwork=True), "privileged", id="the network of the node"),
        pytest.param(
            deployment(volumes=[{"name": "logs", "hostPath": {"path": "/var/log"}}]),
            "privileged",
            id="a folder of the node",
        ),
        pytest.param(
            deployment(containers=[container(ports=[{"containerPort": 80, "hostPort": 80}])]),
            "privileged",
            id="a port of the node",
        ),
    ],
)
def test_the_level_is_the_strictest_that_refuses_no_pod(other: dict[str, Any], level: str) -> None:
    assert levels_instead(inventory(JUDGED, other)) == {"shop": level}


def test_a_namespace_without_policies_gets_none() -> None:
    assert levels_instead(inventory(pod("web-1", owner="web"), deployment(hostNetwork=True))) == {}
