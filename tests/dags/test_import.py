"""Every DAG file imports, quickly and without touching anything."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag

from tests.conftest import ROOT

DAGS = [
    "assess_source",
    "look_after_way_back",
    "migrate_to_cce",
    "rehearse_migration",
    "rehearse_when_due",
    "retire_source",
    "roll_back_cutover",
]
# Each costs a tenth of a second to a second, at every parse and in every task.
HEAVY = (
    "kubernetes",
    "boto3",
    "botocore",
    "huaweicloudsdkcore",
    "psycopg",
    "pymysql",
    "dns",
    "jinja2.sandbox",
)

PARSE = """
import json, sys
import croniter  # Airflow's own, loaded with the first DAG; it asks the program `file`
import airflow.providers.standard.operators.hitl
import airflow.providers.standard.operators.trigger_dagrun
from airflow.sdk import ObjectStoragePath, Param, dag, task, task_group
from airflow.providers.standard.triggers.temporal import DateTimeTrigger
before = set(sys.modules)
seen = []
def watch(event, args):
    if event in {"socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system"}:
        seen.append([event, repr(args)[:200]])
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        seen.append([event, repr(args)[:200]])
    if event == "open" and str(args[0]).endswith((".yaml", ".json", ".env")):
        seen.append([event, repr(args)[:200]])
sys.addaudithook(watch)
import runpy
runpy.run_path(sys.argv[1], run_name="unusual_prefix_dag")
json.dump({"seen": seen, "new": sorted(set(sys.modules) - before)}, sys.stdout)
"""


def test_every_dag_file_imports(bag: DagBag) -> None:
    assert bag.import_errors == {}
    assert sorted(bag.dags) == DAGS


@pytest.mark.parametrize("name", DAGS)
def test_a_dag_file_has_the_name_of_its_dag(name: str, bag: DagBag) -> None:
    assert Path(bag.dags[name].fileloc).stem == name


@pytest.mark.parametrize("name", DAGS)
def test_parsing_touches_no_network_no_program_and_no_file_but_code(
    name: str, parsed: dict[str, dict]
) -> None:
    assert parsed[name]["seen"] == []


@pytest.mark.parametrize("name", DAGS)
def test_parsing_loads_no_heavy_client(name: str, parsed: dict[str, dict]) -> None:
    loaded = {module.partition(".")[0] for module in parsed[name]["new"]} | set(parsed[name]["new"])
    assert sorted(loaded & set(HEAVY)) == []


@pytest.fixture(scope="module")
def parsed() -> dict[str, dict]:
    """What each DAG file does and loads when a fresh interpreter reads it."""
    found = {}
    for name in DAGS:
        done = subprocess.run(
            [sys.executable, "-B", "-W", "ignore", "-c", PARSE, str(ROOT / "dags" / f"{name}.py")],
            capture_output=True,
            text=True,
            cwd="/",
            check=True,
        )
        found[name] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_only_one_file_lies_loose_in_the_plugins_folder() -> None:
    assert [path.name for path in (ROOT / "plugins").glob("*.py")] == ["cce_migration_plugin.py"]
    assert (ROOT / "plugins" / ".airflowignore").read_text().split() == ["cce_migration/"]
