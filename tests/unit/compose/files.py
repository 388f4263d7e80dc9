"""Read the files of the stack: docker-compose.yaml, .env.example, Dockerfile and .dockerignore."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
COMPOSE_TEXT = (ROOT / "docker-compose.yaml").read_text()
STACK: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = STACK["services"]
AIRFLOW_SERVICES = {name: service for name, service in SERVICES.items() if name.startswith("airflow-")}
ONE_SHOT = {name for name, service in SERVICES.items() if service["restart"] == "no"}


@dataclass(frozen=True)
class Variable:
    """A `${NAME…}` of docker-compose.yaml: `default` is None where Compose refuses to go on without a value."""

    name: str
    default: str | None


@dataclass(frozen=True)
class Instruction:
    """A line of the Dockerfile, continuations joined: `stage` is the number of FROM lines up to it."""

    stage: int
    word: str
    text: str


def variables() -> set[Variable]:
    """Return every variable that docker-compose.yaml takes from .env."""
    found = re.findall(r"(?<!\$)\$\{(\w+)(?::([-?])([^}]*))?\}", COMPOSE_TEXT)
    return {Variable(name, default if mark == "-" else None) for name, mark, default in found}


def example_secrets() -> set[str]:
    """Return the names that .env.example leaves empty, to be filled."""
    return set(re.findall(r"^(\w+)=$", (ROOT / ".env.example").read_text(), re.MULTILINE))


def example_settings() -> dict[str, str]:
    """Return the settings that .env.example shows, commented out, with their defaults."""
    return dict(re.findall(r"^#(\w+)=(.+)$", (ROOT / ".env.example").read_text(), re.MULTILINE))


def instructions() -> list[Instruction]:
    """Return the Dockerfile's instructions in order."""
    lines = (line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.startswith("#"))
    joined = "\n".join(lines).replace("\\\n", " ")
    found: list[Instruction] = []
    for line in filter(None, joined.splitlines()):
        word, _, text = line.partition(" ")
        stage = (found[-1].stage if found else 0) + (word == "FROM")
        found.append(Instruction(stage, word, " ".join(text.split())))
    return found


def copied_from_context() -> list[str]:
    """Return the paths that the Dockerfile's COPY lines take from the project."""
    copies = [shlex.split(one.text) for one in instructions() if one.word == "COPY"]
    return [path for words in copies if not words[0].startswith("--from=") for path in words[:-1]]


def is_ignored(path: str) -> bool:
    """Say whether .dockerignore keeps a path from the build; the last pattern that fits decides."""
    ignored = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        if line and not line.startswith("#") and any(fnmatch(one, pattern) for one in _with_parents(path)):
            ignored = not line.startswith("!")
    return ignored


def _with_parents(path: str) -> list[str]:
    return [path, *(str(parent) for parent in Path(path).parents)]
