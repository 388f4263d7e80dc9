from __future__ import annotations

import pytest

from include.velero.interruptions import is_only_away

REFUSED = 'shop: error restoring configmaps/shop/a: Post "https://10.0.0.1:443/api": dial tcp: connect: connection refused'
INVALID = "shop: error restoring services/shop/web: spec.ports: Required value"
WEBHOOK = 'shop: error restoring configmaps/shop/a: failed calling webhook "a": Post "https://a": connection refused'


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([], False, id="no error was noted"),
        pytest.param([REFUSED, "shop: etcdserver: leader changed"], True, id="all were away"),
        pytest.param([REFUSED, INVALID], False, id="one was refused for good"),
        pytest.param([WEBHOOK], False, id="the API server was there, its webhook not"),
        pytest.param(['velero: Get "https://10.0.0.1": EOF'], True, id="a connection that ended"),
    ],
)
def test_whether_another_try_can_help(lines: list[str], expected: bool) -> None:
    assert is_only_away(lines) == expected
