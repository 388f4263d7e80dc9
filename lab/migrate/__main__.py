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
from lab.connections import read_documents
from lab.lifecycle_board import make_console
from lab.migrate.definition_file import DefinitionFile, DefinitionMissingError, find_definition
from lab.migrate.end_report import print_end
from lab.migrate.failures import print_failures
from lab.migrate.ledger_view import LedgerView
from lab.migrate.lines import LineScreen
from lab.migrate.runs import NoRunError, Run, choose_run, wait_for_dag
from lab.migrate.screen import LiveScreen, Screen
from lab.migrate.speaking import say
from lab.migrate.watching import watch
from lab.secrets import secrets

_BAD_USAGE = 2
_LAB_DOWN = 3
_INTERRUPTED = 130


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
    console = make_console()
    try:
        exit_code = _lab_is_up(console)
        if exit_code:
            return exit_code
        # only now: bringing the lab up chooses the port
        with RestClient() as client:
            return _migrate(console, client, options.dag, definition)
    except KeyboardInterrupt:
        # what was started so far is taken up by the next call
        say(console, "interrupted", "red")
        return _INTERRUPTED
    except httpx.HTTPError as error:
        say(console, f"Airflow does not answer ({error}); repair the lab: make lab-up", "red")
        return _LAB_DOWN


def _lab_is_up(console: Console) -> int:
    """Bring the lab up or repair it, unless LAB=up says to take it as it is; return 0 or an exit code."""
    if os.environ.get("LAB") != "up":
        return subprocess.run([sys.executable, "-m", "lab", "up"]).returncode
    try:
        with RestClient() as client:
            client.health()
    except (httpx.HTTPError, RestError):
        say(console, f"No Airflow of the lab answers at {places.url()}. Start the lab: make lab-up", "red")
        return _LAB_DOWN
    return 0


def _migrate(console: Console, client: RestClient, dag_id: str, definition: DefinitionFile) -> int:
    def tell(text: str) -> None:
        say(console, text)

    try:
        wait_for_dag(client, dag_id, tell)
        run = choose_run(client, dag_id, definition, tell)
    except (NoRunError, RestError) as error:
        say(console, str(error), "red")
        return 1
    tell(f"Airflow: {places.url()}{run.page}")
    tell(_login(console))
    is_lab = definition.is_in_the_lab(_lab_connections())
    if not is_lab:
        tell("The definition does not stay in the lab: its approvals are yours, under Required Actions.")
    try:
        return _watch(console, client, run, is_lab=is_lab)
    except NoRunError as error:
        say(console, str(error), "red")
        return 1
    except KeyboardInterrupt:
        again = f"LAB=up make migrate MIGRATION={definition.name or definition.path}"
        tell(f"\nThe run {run.run_id} goes on without being watched. To watch it again: {again}")
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
    report, folder = ledger.document("report"), ledger.folder
    print_failures(console, instances, has_report=bool(report))
    if not report or folder is None:
        is_by_hand = not any(instance["state"] == "failed" for instance in instances)
        how = "was ended by hand, and has no report" if is_by_hand else "failed before there was a report"
        say(console, f"\nThe run {run.run_id} {how}.", "bold red")
        return 1
    print_end(console, report, folder, snapshot)
    is_good = report["result"] == "succeeded"
    if not is_good and report["kind"] == "migration":
        say(console, "\nWhen the cause is removed: LAB=up make migrate. What arrived is not copied again.")
    say(console, "\nThe lab stays up, with its Airflow. To stop it: make lab-down", "dim")
    return 0 if is_good else 1


def _lab_connections() -> set[str]:
    return set(read_documents())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
