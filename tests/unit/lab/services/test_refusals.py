from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab.services.refusals import obs_refusals, swr_refusals


@pytest.mark.parametrize(
    ("host", "has_bucket"),
    [
        ("pictures.obs.eu-de.lab", True),
        ("a.b.obs.eu-de.lab", True),
        ("obs.eu-de.lab", False),
        (".obs.eu-de.lab", False),
        ("pictures.obsXeu-de.lab", False),
        ("198.18.0.13", False),
    ],
)
def test_a_bucket_is_in_the_host_name_only_below_the_services_own_name(host: str, has_bucket: bool) -> None:
    pattern = re.search(r'\$host ~ "(.+)"\)', obs_refusals("obs.eu-de.lab"))
    assert pattern is not None
    assert bool(re.search(pattern[1], host)) is has_bucket


def test_obs_answers_with_its_own_error_codes() -> None:
    text = obs_refusals("obs.eu-de.lab")
    assert "return 403 '<?xml" in text
    assert "<Code>VirtualHostDomainRequired</Code>" in text
    assert "<Code>XAmzContentSHA256Mismatch</Code>" in text


def test_swr_checks_the_login_before_it_refuses() -> None:
    text = swr_refusals(Path("/run/logins"), "SWR")
    asked = text[text.index("location = /refused-index") : text.index("location @refused-index")]
    assert 'auth_basic_user_file "/run/logins";' in asked
    assert "return" not in asked
