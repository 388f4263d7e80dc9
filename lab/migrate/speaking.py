"""Print lines of text as they fit the reader: a terminal gets whole words, a file gets whole lines."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text


def say(console: Console, text: str, style: str = "") -> None:
    """Print text. An address or a path is never broken, so that it can be clicked or copied."""
    is_whole = not console.is_terminal or "://" in text or ".lab/" in text
    console.print(Text(text, style=style), soft_wrap=is_whole)
