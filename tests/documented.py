"""Read what the documentation tells people to type, and where its links lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")],
    key=lambda path: (len(path.parts), path),
)
BLOCK = re.compile(
    r"^(?P<indent> *)(?:<!-- test: (?P<how>[^\n]*) -->\n *)?```console\n(?P<body>.*?)^ *```", re.M | re.S
)
LINK = re.compile(r"(?<!!)\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+)$", re.M)
FENCED = re.compile(r"^ *```.*?^ *```", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """Hold one `console` block: the page, the line it begins in, how it is tested, and its commands as one script."""

    page: str
    line: int
    how: str
    script: str

    def __str__(self) -> str:
        """Return where it stands."""
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """Yield the page's `console` blocks; the comment `<!-- test: … -->` before a block says how it is tested."""
    text = page.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(
            str(page.relative_to(ROOT)), line, found["how"] or "", "\n".join(_commands(found["body"]))
        )


def commands_of(how: str) -> list[Block]:
    """Return every block that is tested in one way."""
    return [block for page in PAGES for block in blocks(page) if block.how == how]


def links(page: Path) -> Iterator[str]:
    """Yield where the page's links lead, but for other sites."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    yield from (goal for goal in LINK.findall(text) if "://" not in goal and not goal.startswith("mailto:"))


def anchors(page: Path) -> set[str]:
    """Return the names that GitHub gives to a page's headings."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    return {_slug(title) for title in HEADING.findall(text)}


def _slug(title: str) -> str:
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).replace("`", "")
    return re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")


def _commands(body: str) -> Iterator[str]:
    """Yield the lines that are typed: those after a prompt, and those that go on after a backslash."""
    goes_on = False
    for line in body.splitlines():
        stripped = line.strip()
        if goes_on or stripped.startswith("$ "):
            yield stripped.removeprefix("$ ")
            goes_on = stripped.endswith("\\")
