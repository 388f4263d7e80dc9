from __future__ import annotations

import pytest

from lab import addresses
from lab.cloud.administration import is_this_machine


@pytest.mark.parametrize(
    ("client", "server", "is_here"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        (addresses.CLOUD, addresses.CLOUD, True),
        (addresses.TARGET.master.address, addresses.CLOUD, False),
        ("198.19.128.7", addresses.CLOUD, False),
        ("::1", "::1", True),
    ],
)
def test_the_administration_is_for_callers_on_this_machine(client: str, server: str, is_here: bool) -> None:
    assert is_this_machine(client, server) is is_here
