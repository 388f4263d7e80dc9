"""Put every engine into `.lab/bin`: from the machine, from the cache, or built, in this order.

The cache is outside the project (`~/.cache/cce-migration/<hash of the module's files>/`), so that a lab that was
thrown away or cloned anew builds nothing twice.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lab import paths
from lab.binaries.go import find_go
from lab.binaries.modules import MODULES, Manifests, Module, Name

Say = Callable[[str], None]
_EVERY_SECONDS = 10


class BuildError(Exception):
    """A module could not be built; the text has the compiler's last words."""


def cache_folder() -> Path:
    """Return the folder that keeps built binaries between labs."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "cce-migration"


def provide_all(say: Say) -> None:
    """Put every engine into `.lab/bin`.

    Args:
        say: takes a line of progress.

    Raises:
        BuildError: a module did not build.
        lab.binaries.go.GoMissingError: something must be built, and there is no Go.
    """
    provide(MODULES, say)


def provide(modules: Sequence[Module], say: Say) -> None:
    """Put the binaries of these modules into `.lab/bin`; raises as `provide_all` does."""
    paths.BIN.mkdir(parents=True, exist_ok=True)
    waiting = [module for module in modules if not _provide_without_building(module)]
    if not waiting:
        return
    minutes = sum(module.minutes for module in waiting)
    say(
        f"building {len(waiting)} of {len(modules)} engines, once for this machine: about {minutes:.0f} min on 2 cores"
    )
    go = find_go(cache_folder())
    for module in waiting:
        with _one_builder(module):
            if not _provide_without_building(module):
                _build(module, go, say)
                _provide_without_building(module)


def _provide_without_building(module: Module) -> bool:
    missing = [names for names in module.results if not _provide(module, names)]
    return not missing


def _provide(module: Module, names: tuple[Name, ...]) -> bool:
    stamp = _stamp(module, names[0])
    if all((paths.BIN / name.name).exists() for name in names) and stamp.exists():
        return True
    built = module_cache(module) / names[0].name
    found = {name.name: built if built.exists() else _ready_made(name) for name in names}
    for name, path in found.items():
        if path is None:
            return False
        _place(path, paths.BIN / name)
    stamp.touch()
    return True


def _stamp(module: Module, name: Name) -> Path:
    """Return the file that says that `.lab/bin` has what is called so of this version of the module."""
    return paths.BIN / f".{name.name}-{module_cache(module).name}"


def module_cache(module: Module) -> Path:
    """Return the cache folder of a module: another one as soon as any of its files or flags changes."""
    digest = hashlib.sha256(f"{module.link_flags}{module.architecture}".encode())
    for manifests in module.manifests:
        digest.update(repr(manifests).encode())
    for file in [module.path / "go.mod", module.path / "go.sum", *sorted(module.path.glob("*.go"))]:
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return cache_folder() / digest.hexdigest()[:20]


def _ready_made(name: Name) -> Path | None:
    """Return a binary of the right version from KUBEBUILDER_ASSETS or the PATH."""
    if not name.arguments:
        return None
    folders = [os.environ.get("KUBEBUILDER_ASSETS", ""), *os.environ.get("PATH", "").split(os.pathsep)]
    for folder in folders:
        path = Path(folder or "/nonexistent") / name.name
        if path.parent == paths.BIN or not os.access(path, os.X_OK):
            continue
        try:
            shown = subprocess.run(
                [str(path), *name.arguments], capture_output=True, text=True, timeout=20
            ).stdout
        except (OSError, subprocess.TimeoutExpired):
            continue
        if name.version in shown:
            return path
    return None


def _place(path: Path, place: Path) -> None:
    """Put a binary at its place: a hard link where the file system allows, else a copy."""
    draft = place.with_name(f".{place.name}.draft")
    draft.unlink(missing_ok=True)
    try:
        os.link(path.resolve(), draft)
    except OSError:
        shutil.copy2(path.resolve(), draft)
    draft.replace(place)


@contextmanager
def _one_builder(module: Module) -> Generator[None, None, None]:
    """Let one process at a time build a module: the next one finds it built."""
    cache_folder().mkdir(parents=True, exist_ok=True)
    with (cache_folder() / f".{module.folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(module: Module, go: str, say: Say) -> None:
    folder = module_cache(module)
    draft = folder.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    log = paths.LOGS / f"build-{'-'.join(filter(None, (module.folder, module.architecture)))}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    for binary in module.binaries:
        place = draft / binary.names[0].name
        command = [go, "build", "-trimpath", "-ldflags", module.link_flags, "-o", str(place), binary.package]
        _run(command, module, log, lambda: say(_progress(module, began)))
    for manifests in module.manifests:
        (draft / manifests.name).write_text(_joined(manifests, module, go))
    draft.rename(folder)
    say(f"{module.title}: built in {time.monotonic() - began:.0f} s")


def _joined(manifests: Manifests, module: Module, go: str) -> str:
    command = [go, "list", "-m", "-f", "{{.Dir}}", manifests.module]
    found = subprocess.run(command, cwd=module.path, capture_output=True, text=True, check=True).stdout
    return "\n---\n".join((Path(found.strip()) / file).read_text() for file in manifests.files)


def _progress(module: Module, began: float) -> str:
    return f"{module.title}: building, {time.monotonic() - began:.0f} s of about {module.minutes * 60:.0f} s"


def _run(command: list[str], module: Module, log: Path, tell: Callable[[], None]) -> None:
    environment = dict(os.environ) | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
    if module.architecture:
        environment["GOARCH"] = module.architecture
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=module.path, env=environment, stdout=output, stderr=output)
        tell()
        while True:
            try:
                code = process.wait(timeout=_EVERY_SECONDS)
                break
            except subprocess.TimeoutExpired:
                tell()
            except BaseException:
                process.terminate()
                raise
    if code != 0:
        last = log.read_text(errors="replace").strip()[-800:]
        raise BuildError(
            f"{module.title} did not build (log {log}); the Go module proxy must be reachable. {last}"
        )
