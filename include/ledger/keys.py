"""Make file names out of item keys."""

from __future__ import annotations

import hashlib
import re

LONGEST_KEY = 120
HASH_CHARACTERS = 10
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
UNSAFE_IN_FOLDERS = re.compile(r"[^A-Za-z0-9._:+@-]+")


def safe_key(text: str) -> str:
    """Return a stable file name for `text`: readable, unique, at most 120 characters.

    A text of letters, digits, `.`, `_` and `-` stays as it is. Any other gets its odd characters
    replaced by `-` and a short hash of the whole text appended, so that two texts never share a name.
    """
    return _safe(text, UNSAFE)


def safe_folder(text: str) -> str:
    """Return a folder name for a run id; the `:` and `+` of Airflow's run ids stay readable."""
    return _safe(text, UNSAFE_IN_FOLDERS)


def _safe(text: str, unsafe: re.Pattern[str]) -> str:
    is_plain = text and not unsafe.search(text) and len(text) <= LONGEST_KEY and not text.startswith(".")
    # A plain text that looks like a changed one would collide with it: hash that one, too.
    if is_plain and not _looks_hashed(text):
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:HASH_CHARACTERS]
    readable = unsafe.sub("-", text).lstrip(".-").rstrip("-")[: LONGEST_KEY - HASH_CHARACTERS - 2]
    return f"{readable}--{digest}" if readable else f"-{digest}"


def _looks_hashed(text: str) -> bool:
    return re.search(rf"(^|-)-[0-9a-f]{{{HASH_CHARACTERS}}}$", text) is not None
