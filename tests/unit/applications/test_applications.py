"""Well-known applications come through the whole pipeline as their files say; `python -m tests.applications.catalogue` writes them."""

from __future__ import annotations

import pytest

from include.adaptation.changes import changes_of
from include.adaptation.pipeline import adapt
from tests.applications.catalogue import APPLICATIONS, application, context_for, golden, outcome, traces

REMEDY = "run `python -m tests.applications.catalogue`, and read what changed as somebody who runs CCE"
ENOUGH = 400


def test_there_are_enough_of_them() -> None:
    assert len(APPLICATIONS) >= 12
    assert sum(len(application(name).objects) for name in APPLICATIONS) >= ENOUGH


@pytest.mark.parametrize("name", APPLICATIONS)
def test_an_application_comes_out_as_its_file_says(name: str) -> None:
    assert outcome(name) == golden(name), REMEDY


@pytest.mark.parametrize("name", APPLICATIONS)
def test_adapting_it_twice_changes_nothing_more(name: str) -> None:
    for _, one in traces(name):
        assert adapt(one.obj, context_for(name)) == (one.obj, ())


@pytest.mark.parametrize("name", APPLICATIONS)
def test_every_difference_is_some_rules(name: str) -> None:
    for before, one in traces(name):
        places = {change.path for change in changes_of("all", before, one.obj)}
        told = {change.path for change in one.changes}
        unexplained = {
            place
            for place in places
            if not any(place.startswith(path) or path.startswith(place) for path in told)
        }
        assert unexplained == set()
