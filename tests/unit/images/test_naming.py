"""Every image gets a name of its own in the target registry."""

from __future__ import annotations

import pytest

from include.definition import Definition
from include.errors import DefinitionError
from include.images import map_reference
from tests.builders.definitions import definition

DIGEST = f"sha256:{'0123456789ab' + 'c' * 52}"
SWR = "swr.eu-de.lab"


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("registry.source.lab/shop/web:1.0", "swr.eu-de.lab/shop/shop/web:1.0"),
        ("registry.source.lab/web", "swr.eu-de.lab/shop/web:latest"),
        ("nginx:1.27", "swr.eu-de.lab/shop/from.docker.io/library/nginx:1.27"),
        ("ghcr.io/a/b:2", "swr.eu-de.lab/shop/from.ghcr.io/a/b:2"),
        ("localhost:5000/a:2", "swr.eu-de.lab/shop/from.localhost.port.5000/a:2"),
        (f"registry.source.lab/web@{DIGEST}", "swr.eu-de.lab/shop/web:sha256-0123456789ab"),
        (f"registry.source.lab/web:1@{DIGEST}", "swr.eu-de.lab/shop/web:1-sha256-0123456789ab"),
        ("swr.eu-de.lab/shop/web:1", "swr.eu-de.lab/shop/web:1"),
    ],
)
def test_an_image_keeps_what_tells_it_from_others(reference: str, expected: str) -> None:
    assert map_reference(definition(), SWR, reference) == expected


def test_equal_paths_of_two_registries_stay_apart() -> None:
    references = [
        "registry.source.lab/library/nginx:1",
        "nginx:1",
        "ghcr.io/library/nginx:1",
        "registry.source.lab/from.ghcr.io/library/nginx:1",
        "ghcr.io:443/library/nginx:1",
    ]

    assert len({map_reference(definition(), SWR, reference) for reference in references}) == len(references)


def test_a_path_too_long_for_swr_is_cut_and_stays_its_own() -> None:
    names = [map_reference(definition(), SWR, f"registry.source.lab/{'a/' * 70}{end}:1") for end in "xy"]

    assert names[0] != names[1]
    assert all(len(name.removeprefix(f"{SWR}/").rpartition(":")[0]) <= 128 for name in names)


def named(*rules: tuple[str, str]) -> Definition:
    names = [{"from": before, "to": after} for before, after in rules]
    return definition(lambda document: document["images"].update(names=names))


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("registry.source.lab/team/a/web:1", "swr.eu-de.lab/shop/t/a/web:1"),
        ("registry.source.lab/team/core/web:1", "swr.eu-de.lab/shop/web:1"),
        ("registry.source.lab/teams/web:1", "swr.eu-de.lab/shop/teams/web:1"),
        ("nginx:1.27", "swr.eu-de.lab/shop/proxy:1.27"),
        ("nginx/other:1", "swr.eu-de.lab/shop/from.docker.io/nginx/other:1"),
    ],
)
def test_the_longest_rule_that_fits_names_an_image(reference: str, expected: str) -> None:
    rules = named(
        ("registry.source.lab/team/", "t/"),
        ("registry.source.lab/team/core/", ""),
        ("docker.io/library/nginx", "proxy"),
    )

    assert map_reference(rules, SWR, reference) == expected


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (("registry.source.lab/team/", "team"), "are not both beginnings"),
        (("registry.source.lab/web", ""), "are not both beginnings"),
        (("registry.source.lab/team/", "Team/"), "'Team/' is not the name of a repository"),
    ],
)
def test_a_rule_that_makes_no_name_is_refused(rule: tuple[str, str], problem: str) -> None:
    with pytest.raises(DefinitionError, match=problem):
        named(rule)
