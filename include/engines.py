"""Run external programs: the one way in which this package does it.

Secrets go by environment, standard input or a file of mode 600, never by argument: arguments are visible to every
user of the machine. A program dies with the process that started it, so that a killed worker's program never works on
beside its retry.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess  # ruff: ignore[suspicious-subprocess-import]  (running programs is what this module is for)
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar

from include.errors import EngineError, PermanentError, shorten

logger = logging.getLogger(__name__)

LAST_LINES = 15
SECONDS_BETWEEN_LINES = 2.0
SECONDS_TO_END = 5.0
SHORTEST_MASKED = 4
MASK = "***"
# Where Debian keeps versions of programs that do not stand on PATH.
EXTRA_FOLDERS = ("/usr/lib/postgresql/*/bin",)

PIPE = subprocess.PIPE
DISCARD = subprocess.DEVNULL
Process = subprocess.Popen[bytes]
Item = TypeVar("Item")
Result = TypeVar("Result")
_running: set[Process] = set()
_stops: list[Callable[[], object]] = []
_lock = threading.Lock()


def find_program(name: str, package: str) -> str:
    """Return the path of a program on PATH or in one of Debian's version folders, the newest first.

    :raises PermanentError: naming the package that brings it.
    """
    found = shutil.which(name)
    if found:
        return found
    for pattern in EXTRA_FOLDERS:
        folders = sorted(Path("/").glob(pattern.lstrip("/")), key=_version, reverse=True)
        for folder in folders:
            if (folder / name).is_file():
                return str(folder / name)
    raise PermanentError(
        f"program {name} is not installed where this worker runs; install the package {package} and retry"
    )


@contextmanager
def start_engine(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    stdin: int | IO[bytes] | None = DISCARD,
    stdout: int | IO[bytes] | None = PIPE,
    stderr: int | IO[bytes] | None = PIPE,
) -> Generator[Process]:
    """Start a program in a process group of its own; on leaving, whatever the reason, end the group."""
    process = subprocess.Popen(
        [*_tied_to_parent(), *command],
        env={**os.environ, **(environment or {})},
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )
    with _lock:
        _running.add(process)
    try:
        yield process
    finally:
        end_group(process)
        with _lock:
            _running.discard(process)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                close_pipe(stream)


def run_engine(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    secrets: Iterable[str] = (),
    name: str | None = None,
) -> str:
    """Run a program to its end and return its standard output.

    Its standard error goes to the log, at most a line every two seconds, secrets masked.

    :raises EngineError: when it ends with another code than 0, with its last lines.
    """
    masked = tuple(secrets)
    with start_engine(command, environment=environment) as process:
        errors = LineLog(name or Path(command[0]).name, masked)
        reader = errors.follow(process.stderr)
        output = process.stdout.read().decode(errors="replace") if process.stdout else ""
        code = process.wait()
        reader.join()
    if code != 0:
        lines = errors.last_lines or [mask(line, masked) for line in output.splitlines()[-LAST_LINES:]]
        raise EngineError(mask(" ".join(command), masked), lines, exit_code=code)
    return output


class LineLog:
    """Keep a program's last lines and log them at a sane rate."""

    def __init__(self, name: str, secrets: Sequence[str] = ()) -> None:
        self._name = name
        self._secrets = tuple(secrets)
        self._lines: deque[str] = deque(maxlen=LAST_LINES)
        self._logged = 0.0

    @property
    def last_lines(self) -> list[str]:
        """Return the last lines, masked."""
        return list(self._lines)

    def add(self, line: str) -> None:
        """Take one line."""
        text = mask(line.rstrip(), self._secrets)
        if not text:
            return
        self._lines.append(text)
        if time.monotonic() - self._logged >= SECONDS_BETWEEN_LINES:
            self._logged = time.monotonic()
            logger.info("%s: %s", self._name, shorten(text))

    def follow(self, stream: IO[bytes] | None) -> threading.Thread:
        """Read a stream to its end in a thread, and return the thread."""

        def read() -> None:
            for line in stream or ():
                self.add(line.decode(errors="replace"))

        thread = threading.Thread(target=read, name=f"{self._name}-lines", daemon=True)
        thread.start()
        return thread


def mask(text: str, secrets: Iterable[str]) -> str:
    """Return a text with every secret replaced."""
    for secret in secrets:
        if len(secret) >= SHORTEST_MASKED:
            text = text.replace(secret, MASK)
    return text


def end_group(process: Process) -> None:
    """End a program with its children: ask first, then insist."""
    if process.poll() is not None:
        return
    _signal_group(process, signal.SIGTERM)
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        _signal_group(process, signal.SIGKILL)
        process.wait()


@contextmanager
def stopped_with_engines(stop: Callable[[], object]) -> Generator[None]:
    """Have work of this process itself stopped, too, when its programs are ended."""
    with _lock:
        _stops.append(stop)
    try:
        yield
    finally:
        with _lock:
            _stops.remove(stop)


def end_all_engines() -> None:
    """End every program this process started: for a task that is being stopped."""
    with _lock:
        processes, stops = list(_running), list(_stops)
    for stop in stops:
        stop()
    for process in processes:
        end_group(process)


def run_side_by_side(
    function: Callable[[Item], Result], items: Iterable[Item], threads: int, *, name: str = "side-by-side"
) -> list[Result]:
    """Call a function on every item in threads and return the results in order.

    The first exception stops what has not begun and is raised. When the task itself is stopped, running programs
    are ended, because the threads wait for them.
    """
    pool = ThreadPoolExecutor(max(threads, 1), thread_name_prefix=name)
    try:
        futures = [pool.submit(function, item) for item in items]
        wait(futures, return_when=FIRST_EXCEPTION)
        for future in futures:
            if future.done() and not future.cancelled() and future.exception() is not None:
                pool.shutdown(wait=False, cancel_futures=True)
        return [future.result() for future in futures if not future.cancelled()]
    except BaseException as error:
        pool.shutdown(wait=False, cancel_futures=True)
        if not isinstance(error, Exception):
            end_all_engines()
        raise
    finally:
        pool.shutdown(wait=True)


def close_pipe(stream: IO[bytes]) -> None:
    """Close a pipe to a program that may have ended already."""
    try:
        stream.close()
    except BrokenPipeError:
        logger.debug("The program ended before it read all of its input")


def _signal_group(process: Process, number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        logger.debug("Process group %s has ended already", process.pid)


def _tied_to_parent() -> list[str]:
    """Return the wrapper that ends the program when this process is killed and can end nothing any more."""
    wrapper = shutil.which("setpriv")
    return [wrapper, "--pdeathsig", "TERM"] if wrapper else []


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in folder.parent.name.split(".") if part.isdigit())
