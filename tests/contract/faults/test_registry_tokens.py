"""A registry's token that ends while an image is on its way is replaced by a new one, without another try."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from lab.toxiproxy import Toxiproxy
from tests.builders.moves import SmallMove
from tests.contract.cloud.servers import PASSWORD, folder_of
from tests.contract.faults import servers
from tests.contract.faults.conftest import Sides, lead_over
from tests.contract.faults.tokens import TokenService, token_service

TOKEN_SECONDS = 4
MEGABITS = 30


@pytest.fixture
def tokens(tmp_path: Path) -> Generator[TokenService]:
    with token_service(tmp_path, TOKEN_SECONDS) as service:
        yield service


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("kind", ["image"], indirect=True)
def test_a_token_that_ends_midway_is_replaced(
    move: SmallMove, sides: Sides, proxy: Toxiproxy, tokens: TokenService, side: str
) -> None:
    store = sides.source.log.parent if side == "source" else None
    with (
        folder_of(None) as folder,
        servers.running(servers.registry(folder, auth=tokens.auth(), store=store)) as asking,
    ):
        # With the login that the token service knows, whatever other tests have made of the store's own.
        move.connections[move.sides[side]] |= {"host": asking.document["host"], "password": PASSWORD}
        line = lead_over(proxy, move, side)
        line.narrow(MEGABITS)
        move.copy()
        line.heal()
        move.prove()
    of_the_image = [scope for scope in tokens.issued if move.name in scope]
    assert len(of_the_image) > len(set(of_the_image)), "no token was asked for twice: none has ended"
