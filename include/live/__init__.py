"""Tell how a run stands at this moment, quickly and as often as somebody asks: for the pages that are looked at."""

from __future__ import annotations

from include.live.choosing import Choice, Page, choose
from include.live.files import find_file, list_files
from include.live.runs import RunView, Situation, find_run, open_view

__all__ = [
    "Choice",
    "Page",
    "RunView",
    "Situation",
    "choose",
    "find_file",
    "find_run",
    "list_files",
    "open_view",
]
