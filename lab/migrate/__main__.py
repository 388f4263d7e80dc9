"""The command: `python -m lab.migrate [--definition path.yaml] [--dag migrate_to_cce]`, LAB=up keeps what runs."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

import httpx
from rich.console import Console

from lab import paths
from lab.airflow import places
from lab.airflow.rest import RestClient, RestError
from lab.connections import read_connections
from lab.migrate.definition_file import DefinitionFile, DefinitionMissingError, find_definition
from lab.migrate.end_report import print_end
from lab.migrate.failures import print_failures
from lab.migrate.ledger_view import LedgerView
from lab.migrate.lines import LineScreen
from lab.migrate.runs import NoRunError, Run, choose_run, wait_for_dag
from lab.migrate.screen import LiveScreen, Screen
from lab.migrate.watching import watch
from lab.secrets import secrets

_BAD_USAGE = 2
_LAB_DOWN = 3
_INTERRUPTED = 130
_PLAIN_WIDTH = 140


def main(arguments: list[str]) -> int:
    """Migrate; return 0 only if the run's report says that it succeeded."""
    parser = argparse.ArgumentParser(prog="python -m lab.migrate", description=__doc__)
    parser.add_argument("--definition", default="migrations/lab.yaml", help="path, or name in migrations/")
    parser.add_argument("--dag", default="migrate_to_cce", help="the DAG to run")
    options = parser.parse_args(arguments)
    try:
        definition = find_definition(options.definition)
    except DefinitionMissingError as error:
        print(error, file=sys.stderr)
        return _BAD_USAGE
    console = _console()
    code = _lab_is_up(console)
    return code or _migrate(console, options.dag, definition)


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=_PLAIN_WIDTH, no_color=True)


def _lab_is_up(console: Console) -> int:
    """Bring the lab up or repair it, unless LAB=up says to take it as it is; return 0 or an exit code."""
    if os.environ.get("LAB") != "up":
        return subprocess.run([sys.executable, "-m", "lab", "up"]).returncode
    try:
        RestClient().health()
    except (httpx.HTTPError, RestError):
        console.print(f"No Airflow of the lab answers at {places.url()}. Start the lab: make lab-up")
        return _LAB_DOWN
    return 0


def _migrate(console: Console, dag_id: str, definition: DefinitionFile) -> int:
    client = RestClient()

    def say(text: str) -> None:
        console.print(text, highlight=False, markup=False, soft_wrap=True)

    try:
        wait_for_dag(client, dag_id, say)
        run = choose_run(client, dag_id, definition.argument, say)
    except (NoRunError, RestError) as error:
        console.print(str(error), style="red", highlight=False, markup=False, soft_wrap=True)
        return 1
    say(f"Airflow: {places.url()}{run.page}")
    say(_login(console))
    is_lab = definition.is_in_the_lab(_lab_connections())
    try:
        return _watch(console, client, run, is_lab=is_lab)
    except KeyboardInterrupt:
        say(f"\nThe run {run.run_id} goes on without being watched; watch it again with: LAB=up make migrate")
        return _INTERRUPTED


def _login(console: Console) -> str:
    """Return the UI's login; the password goes to a person's terminal only, not into a log."""
    if console.is_terminal:
        return f"login: {places.USER}, password: {secrets()['airflow_password']}"
    where = paths.SECRETS_FILE.relative_to(paths.ROOT)
    return f"login: {places.USER}, password: airflow_password in {where}"


def _watch(console: Console, client: RestClient, run: Run, *, is_lab: bool) -> int:
    ledger = LedgerView(run.run_id)
    screen: Screen = LiveScreen(console) if console.is_terminal else LineScreen()
    with screen:
        snapshot, instances = watch(client, run, ledger, screen, is_lab=is_lab)
    print_failures(console, instances)
    report, folder = ledger.document("report"), ledger.folder
    if not report or folder is None:
        console.print(f"\nThe run ended as {snapshot.state}, without a report.", style="bold red")
        return 1
    print_end(console, report, folder, snapshot)
    console.print("\nThe lab stays up, with its Airflow. Stop it: make lab-down", style="dim")
    return 0 if report["result"] == "succeeded" else 1


def _lab_connections() -> set[str]:
    return {name.removeprefix("AIRFLOW_CONN_").lower() for name in read_connections()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
