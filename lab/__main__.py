"""The lab's commands: `python -m lab up|status|down|exec|env|preflight|install-packages`."""

from __future__ import annotations

import argparse
import sys

from lab import paths


def main(arguments: list[str]) -> int:
    """Run a command and return its exit code."""
    if arguments[:1] == ["exec"]:
        return _exec(arguments[1:])
    parser = argparse.ArgumentParser(
        prog="python -m lab", description="The lab: two clusters and what is around them."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="bring the lab up, or repair what died")
    up.add_argument("parts", nargs="*", help="only these parts and what they depend on")
    commands.add_parser("status", help="show every part")
    commands.add_parser("down", help="stop the lab and leave nothing behind")
    commands.add_parser("exec", help="run a command that sees the lab's names: exec -- COMMAND …")
    commands.add_parser("env", help="print the Airflow connections to the lab as variables")
    commands.add_parser("preflight", help="say what this machine lacks for the lab")
    install = commands.add_parser("install-packages", help="install the Debian packages that are missing")
    install.add_argument(
        "--for-tests", action="store_true", help="also those that only the tests need, and their programs"
    )
    install.add_argument("--for-containers", action="store_true", help="also a container engine")
    return _run(parser.parse_args(arguments))


def _run(options: argparse.Namespace) -> int:
    # imported here: installing packages must work on a machine that has nothing else yet
    if options.command == "install-packages":
        from lab.packages import install_packages

        install_packages(for_tests=options.for_tests, for_containers=options.for_containers)
        return _build_for_tests() if options.for_tests else 0
    if options.command == "preflight":
        return _preflight()
    if options.command == "env":
        print(paths.CONNECTIONS_ENV.read_text() if paths.CONNECTIONS_ENV.exists() else "", end="")
        return 0
    from lab import lifecycle, lifecycle_status

    if options.command == "up":
        return lifecycle.up(options.parts)
    if options.command == "down":
        return lifecycle.down()
    return lifecycle_status.status()


def _build_for_tests() -> int:
    from lab.binaries.build import BuildError, provide
    from lab.binaries.go import GoMissingError
    from lab.binaries.modules import FOR_TESTS

    try:
        provide(FOR_TESTS, lambda line: print(line, flush=True))
    except (BuildError, GoMissingError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _preflight() -> int:
    from lab.preflight import problems

    found = problems()
    print("\n".join(found) or "This machine has what the lab needs.")
    return 1 if found else 0


def _exec(arguments: list[str]) -> int:
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        print("usage: python -m lab exec -- COMMAND …", file=sys.stderr)
        return 2
    if not paths.RESOLV_CONF.exists():
        print("The lab is down: make lab-up", file=sys.stderr)
        return 3
    from lab.execution import execute

    execute(command)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
