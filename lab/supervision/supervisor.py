"""Supervisord: one program a process, started again when it dies, asked over its socket."""

from __future__ import annotations

import os
import resource
import shlex
import subprocess
import sys
import threading
import time
import xmlrpc.client
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab import paths
from lab.execution import in_network, without_proxy
from lab.parts import Program
from lab.supervision import cgroups

SOCKET = paths.SOCKETS / "supervisor.sock"
CONFIGURATION = paths.RUN / "supervisord.conf"
PROGRAMS = paths.RUN / "programs"

# Never the caller's PATH: programs whose variables change are started again, and two shells have two paths.
_SEARCH_PATH = os.pathsep.join([
    str(paths.BIN),
    str(Path(sys.executable).parent),
    *("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"),
])
_lock = threading.Lock()


@contextmanager
def _server() -> Generator[Any]:
    # imported here: supervisor is only needed by who talks to it
    from supervisor.xmlrpc import SupervisorTransport  # type: ignore[import-untyped]

    transport = SupervisorTransport(None, None, f"unix://{SOCKET}")
    try:
        yield xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor
    finally:
        transport.close()


def is_running() -> bool:
    """Say whether the supervisor answers."""
    state = _asked(lambda server: server.getState())
    return state is not None and state["statename"] == "RUNNING"


def folder() -> Path | None:
    """Return the folder of the lab whose supervisor answers, or None: all labs of a machine have the same socket."""
    pid = _asked(lambda server: server.getPID())
    return None if pid is None else Path(f"/proc/{pid}/cwd").resolve()


def _asked(question: Callable[[Any], Any]) -> Any:
    """Return what the supervisor answers, or None when there is none."""
    try:
        with _server() as server:
            return question(server)
    except (OSError, xmlrpc.client.Error, xmlrpc.client.ProtocolError):
        return None


def start() -> None:
    """Start the supervisor in the lab's control groups, with no program yet.

    Raises:
        RuntimeError: it does not answer within 10 seconds.
    """
    paths.SOCKETS.mkdir(parents=True, exist_ok=True)
    PROGRAMS.mkdir(parents=True, exist_ok=True)
    for old in PROGRAMS.glob("*.conf"):
        old.unlink()
    SOCKET.unlink(missing_ok=True)
    _write(CONFIGURATION, _configuration())
    command = [
        sys.executable,
        "-m",
        "supervisor.supervisord",
        "--nodaemon",
        "--configuration",
        str(CONFIGURATION),
    ]
    with (paths.LOGS / "supervisord.out").open("ab") as output:
        subprocess.Popen(
            cgroups.born_there(command),
            env=without_proxy(dict(os.environ)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=paths.ROOT,
        )
    deadline = time.monotonic() + 10
    while not is_running():
        if time.monotonic() > deadline:
            raise RuntimeError(
                f"The supervisor does not answer; its log is {paths.LOGS / 'supervisord.log'}."
            )
        time.sleep(0.05)


def _configuration() -> str:
    limit = min(65536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    return f"""[supervisord]
logfile={_escaped(str(paths.LOGS / "supervisord.log"))}
logfile_maxbytes=5MB
pidfile={_escaped(str(paths.RUN / "supervisord.pid"))}
childlogdir={_escaped(str(paths.LOGS))}
minfds={limit}
silent=true
[unix_http_server]
file={SOCKET}
chmod=0600
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[include]
files={_escaped(str(PROGRAMS))}/*.conf
"""


def run_programs(part: str, programs: list[Program]) -> None:
    """Make the supervisor run these programs: new ones are started, changed ones started again, dead ones revived."""
    if not programs:
        return
    file = PROGRAMS / f"{part}.conf"
    text = "\n".join(_section(program) for program in programs)
    with _lock, paths.locked("programs"), _server() as server:
        if not file.exists() or file.read_text() != text:
            _write(file, text)
            _reload(server)
        for program in programs:
            _revive(server, program.name)


def forget_programs(part: str) -> None:
    """Stop a part's programs, and do not start them again."""
    with _lock, paths.locked("programs"), _server() as server:
        (PROGRAMS / f"{part}.conf").unlink(missing_ok=True)
        _reload(server)


def _reload(server: Any) -> None:
    ((added, changed, removed),) = server.reloadConfig()
    for name in [*changed, *removed]:
        server.stopProcessGroup(name)
        server.removeProcessGroup(name)
    for name in [*added, *changed]:
        server.addProcessGroup(name)


def _revive(server: Any, name: str) -> None:
    state = server.getProcessInfo(name)["statename"]
    if state in {"STOPPED", "EXITED", "FATAL"}:
        server.startProcess(name, False)


def restart(names: list[str]) -> None:
    """Stop and start programs."""
    for name in names:
        stop([name])
        with _lock, _server() as server:
            server.startProcess(name, False)


def stop(names: list[str]) -> None:
    """Stop programs until `restart`, or the next `lab up`."""
    with _lock, _server() as server:
        for name in names:
            if server.getProcessInfo(name)["statename"] in {"RUNNING", "STARTING"}:
                server.stopProcess(name)


def states() -> dict[str, str]:
    """Return the state of every program by name, or nothing if the supervisor does not run."""
    try:
        with _server() as server:
            return {info["name"]: info["statename"] for info in server.getAllProcessInfo()}
    except (OSError, xmlrpc.client.Error):
        return {}


def _section(program: Program) -> str:
    command = shlex.join(in_network(program.netns, _as_user(program)))
    environment = {
        "PATH": _SEARCH_PATH,
        "PYTHONPATH": str(paths.ROOT),
        "PYTHONUNBUFFERED": "1",
        "HOME": "/root",
    } | program.environment
    quoted = ",".join(f'{name}="{_quoted(value)}"' for name, value in environment.items())
    log = _escaped(str(paths.log_of(program.name)))
    return f"""[program:{program.name}]
command={_escaped(command)}
directory={_escaped(program.directory or "/")}
environment={_escaped(quoted)}
autostart=true
autorestart=true
startsecs=1
startretries=1000
stopsignal={program.stop_signal}
stopwaitsecs={program.stop_seconds}
stopasgroup=false
killasgroup=true
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=1
"""


def _as_user(program: Program) -> list[str]:
    if program.user is None:
        return program.command
    return [
        "setpriv",
        f"--reuid={program.user}",
        f"--regid={program.user}",
        "--init-groups",
        "--",
        *program.command,
    ]


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
