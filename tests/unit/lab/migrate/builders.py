"""Task instances as Airflow's API gives them, plan rows and items as the ledger has them."""

from __future__ import annotations

from typing import Any

from .conftest import RUN_ID


def instance(task_id: str, state: str | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"id of {task_id}",
        "dag_id": "migrate_to_cce",
        "dag_run_id": RUN_ID,
        "task_id": task_id,
        "map_index": -1,
        "rendered_map_index": None,
        "state": state,
        "try_number": 1,
        "start_date": None,
        "end_date": None,
    } | fields


def row(phase: str, key: str, size: int = 0, action: str = "copy", **fields: Any) -> dict[str, Any]:
    known = {"phase": phase, "key": key, "kind": "image", "source": key, "target": key}
    return known | {"action": action, "bytes": size, "predicted_seconds": 2.0} | fields
