from __future__ import annotations

import pytest

from tests.unit.inventory.findings.rows import Row
from tests.unit.inventory.findings.services import route


@pytest.mark.parametrize(
    ("match", "message", "remedy"),
    [
        pytest.param(
            "Host(`a.lab`, `b.lab`) && PathPrefix(`/api`)",
            "leads a.lab /api to api:80, b.lab /api to api:80",
            "an Ingress cannot say Middleware strip",
            id="two hosts and a path",
        ),
        pytest.param("Host(`a.lab`)", "leads a.lab / to api:80", "", id="a host alone"),
        pytest.param(
            "Path(`/x`) && Headers(`X-Team`, `shop`)",
            "leads any host /x to api:80",
            "an Ingress cannot say Headers, Middleware strip",
            id="a header",
        ),
    ],
)
def test_a_route_is_told_as_an_ingress_would_have_it(match: str, message: str, remedy: str) -> None:
    (found,) = Row("traefik_routes", "", [route(match)], []).findings()

    assert found.message == message
    assert found.remedy.endswith(remedy)
