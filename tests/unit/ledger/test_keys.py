"""Keys become file names: readable, stable, never the same for two keys."""

from __future__ import annotations

import re
from itertools import product

import pytest

from include.ledger import safe_key


@pytest.mark.parametrize("key", ["shop-orders", "deployments.apps", "a_b.C-1"])
def test_a_plain_key_stays_as_it_is(key: str) -> None:
    assert safe_key(key) == key


def test_a_changed_key_stays_readable_and_the_same_every_time() -> None:
    assert safe_key("Deployment shop/web") == "Deployment-shop-web--aa070c5915"


def test_no_two_keys_share_a_name() -> None:
    keys = {"".join(letters) for length in range(1, 5) for letters in product("a-/ .", repeat=length)}
    keys |= {safe_key(key) for key in keys}

    assert len({safe_key(key) for key in keys}) == len(keys)


@pytest.mark.parametrize("key", ["", ".", "..", "../../etc/passwd", "x" * 5000, "ä/ö", ".hidden", "a\0b\n"])
def test_any_text_gives_a_file_name(key: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}", safe_key(key))
