"""Airflow's settings in the lab, as variables; each has its reason beside it."""

from __future__ import annotations

import os
from urllib.parse import quote

from lab import paths
from lab.addresses import LAB_POSTGRES, POSTGRES_PORT
from lab.airflow import places

_DATABASE = "airflow"
_PARALLEL_TASKS = 8


def environment() -> dict[str, str]:
    """Return every variable without a secret: they stand in the supervisor's configuration."""
    return _paths() | _server() | _scheduling() | _parsing() | _tasks()


def secret_environment(secrets: dict[str, str]) -> dict[str, str]:
    """Return the variables with secrets: the launcher adds them, so that they stand in no file and no argument."""
    return {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _database_url(secrets["airflow_db_password"]),
        # Encrypts the connections and variables that a person adds in the UI.
        "AIRFLOW__CORE__FERNET_KEY": secrets["fernet_key"],
        # Signs the tokens that tasks and API clients carry: the same in all four programs, or none trusts another.
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets["jwt_secret"],
        "AIRFLOW__API__SECRET_KEY": secrets["api_secret_key"],
    }


def _database_url(password: str) -> str:
    # The address, not the name: Airflow starts without waiting for the lab's name server.
    return f"postgresql+psycopg2://{_DATABASE}:{quote(password, safe='')}@{LAB_POSTGRES}:{POSTGRES_PORT}/{_DATABASE}"


def _paths() -> dict[str, str]:
    return {
        "AIRFLOW_HOME": str(places.HOME),
        "AIRFLOW__CORE__DAGS_FOLDER": str(places.DAGS),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(places.PLUGINS),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(places.LOGS),
        "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(places.LOGS / "dag_processor"),
        # The repository's root first: `include` must be importable in every program, the triggerer's too.
        "PYTHONPATH": os.pathsep.join(str(path) for path in (paths.ROOT, places.PLUGINS, places.DAGS)),
        "CCE_MIGRATION_LEDGER_ROOT": f"file://{paths.LEDGER}",
        # Read at each lookup: connections of parts that come up after Airflow need no restart.
        "AIRFLOW__SECRETS__BACKEND": "lab.airflow.connections_backend.LabConnections",
        # The lab's login is written into this file beforehand, so that none is made up and printed into a log.
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(places.passwords_file()),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{places.USER}:admin",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        # Off by default: whoever edits connections can make the API server send requests. Here that is one person.
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
    }


def _server() -> dict[str, str]:
    return {
        # The UI is for this machine only.
        "AIRFLOW__API__HOST": places.HOST,
        "AIRFLOW__API__PORT": str(places.port()),
        "AIRFLOW__API__BASE_URL": places.url(),
        # Tasks talk to the API server; without this they would go by the base URL's name.
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{places.url()}/execution/",
        # A name, not a reverse lookup: that waits for a name server which may not be up yet.
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
        # All mapped tasks of a run in one answer, for the console.
        "AIRFLOW__API__MAXIMUM_PAGE_LIMIT": "500",
        # Plain text in .lab/logs, for people and for grep.
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        # Two arenas instead of eight a core: less memory held by threads that come and go.
        "MALLOC_ARENA_MAX": "2",
    }


def _scheduling() -> dict[str, str]:
    return {
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        # The default of 32 forks 32 workers at once, 18 MB each; two cores have no use for them.
        "AIRFLOW__CORE__PARALLELISM": str(_PARALLEL_TASKS),
        # The default of one second is added to every hop of a chain: ten tasks took 11 s instead of 6.
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.25",
        # Tasks of a scheduler that died (they end with it) are taken up again within a minute; the default is five.
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
        # So are those whose worker died alone; the default is five minutes, and customers may be waiting. An outage of
        # the API server is survived for as long: tasks cannot report meanwhile.
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
        # While forty programs start on two cores a heartbeat may be late without anything being wrong.
        "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "60",
        "AIRFLOW__DAG_PROCESSOR__HEALTH_CHECK_THRESHOLD": "60",
    }


def _parsing() -> dict[str, str]:
    return {
        # New DAG files and definitions appear within half a minute; the default is five.
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "15",
        # Changed files are parsed at once anyway; unchanged ones only follow changes of what they import. All of them take a
        # processor for five seconds, which a cutover has other use for.
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
        # The first parse happens while the whole lab starts; the default of 30 s is near what it takes then.
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "120",
        "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "180",
    }


def _tasks() -> dict[str, str]:
    return {
        # With the default of 5 a finished task holds its slot for up to 5 s, and deferred tasks lose a race.
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        # With the default of 3, half a minute without the API server kills every running task.
        "AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS": "100",
        # Airflow masks passwords and tokens by name; a kubeconfig's field name is not among them.
        "AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES": "kube_config,kubeconfig",
    }
