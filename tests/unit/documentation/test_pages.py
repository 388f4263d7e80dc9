"""Every link leads somewhere, every page is found from the index, and every command says how it is tested."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.documented import PAGES, Block, anchors, blocks, links

INDEX = ROOT / "docs" / "README.md"
MAKE_TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
BLOCKS = [block for page in PAGES for block in blocks(page)]
# The container engine is no part of the tests; these commands are tried by hand.
BY_HAND = {"docs/docker-compose.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [goal for goal in links(page) if not leads_somewhere(page, goal)] == []


def leads_somewhere(page: Path, goal: str) -> bool:
    path, _, anchor = goal.partition("#")
    aim = (page.parent / path).resolve() if path else page
    return aim.exists() and (not anchor or aim.suffix != ".md" or anchor in anchors(aim))


def test_every_page_is_found_from_the_index() -> None:
    found, ahead = {INDEX}, [INDEX]
    while ahead:
        page = ahead.pop()
        goals = {(page.parent / goal.partition("#")[0]).resolve() for goal in links(page)}
        new = {goal for goal in goals if goal.suffix == ".md" and goal.exists()} - found
        found |= new
        ahead += new
    pages = {page for page in PAGES if page.is_relative_to(ROOT / "docs") and page.parent.name != "decisions"}
    assert pages - found == set()


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_every_command_says_how_it_is_tested(block: Block) -> None:
    first = block.how.split()[:2]
    if first and first[0] == "make":
        assert first[1].strip(",:") in MAKE_TARGETS
    elif block.how.startswith("by hand: "):
        assert block.page in BY_HAND
    else:
        assert block.how in {"unit", "lab", "lab source"}


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_make_is_called_with_targets_that_exist(block: Block) -> None:
    called = re.findall(r"^(?:[A-Z]+=\S+ )*make((?: [a-z-]+)+)", block.script, re.M)
    assert {target for line in called for target in line.split()} <= MAKE_TARGETS
