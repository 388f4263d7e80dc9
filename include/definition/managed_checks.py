"""Find problems between the fields that choose a managed engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from include.definition.problems import Problem

# DRS' interface takes MySQL, PostgreSQL and MongoDB; MariaDB only in its console (API reference, drs_api_0112).
DRS_ENGINES = ("postgresql",)


def find_managed_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what no single field of `copy_with`, `drs` and `oms` can show."""
    for section, engine in (("databases", "drs"), ("buckets", "oms")):
        listed = document.get(section)
        for index, row in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(row, Mapping):
                yield from _block(row, section, index, engine)
                if engine == "drs" and row.get("copy_with") == "drs":
                    yield from _drs(row, index)


def _block(row: Mapping[str, Any], section: str, index: int, engine: str) -> Iterator[Problem]:
    is_chosen, is_described = row.get("copy_with") == engine, row.get(engine) is not None
    if is_chosen and not is_described:
        yield Problem((section, index, engine), f"missing: copy_with: {engine} needs it")
    if is_described and not is_chosen:
        yield Problem((section, index, engine), f"is only for copy_with: {engine}")


def _drs(row: Mapping[str, Any], index: int) -> Iterator[Problem]:
    if row.get("engine") not in DRS_ENGINES:
        text = f"DRS' interface does not copy {row.get('engine')}  allowed: own; drs for {', '.join(DRS_ENGINES)}"
        yield Problem(("databases", index, "copy_with"), text)
    if not row.get("rds"):
        text = "missing: DRS copies into an RDS instance, which is named here"
        yield Problem(("databases", index, "rds"), text)
