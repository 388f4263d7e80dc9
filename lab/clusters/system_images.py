"""The images of what runs in `kube-system`, and the shell image that volumes are made with."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab import addresses, paths
from lab.images.build import build_image
from lab.images.push import provide_image, registry_client
from lab.parts import Program

PAUSE = "lab/pause:1"
BUSYBOX = "lab/busybox:1"
COREDNS = "lab/coredns:1.12.4"
PROVISIONER = "lab/local-path-provisioner:v0.0.30"
METRICS = "lab/metrics-server:v0.8.0"


class SystemImages:
    """Builds the system images and pushes them into the source registry."""

    name = "system-images"
    depends_on = ("source-registry", "dns")
    address = f"{addresses.SOURCE_REGISTRY_HOST}/lab"

    def prepare(self) -> None:
        """Do nothing: the images go where the registry is."""

    def programs(self) -> list[Program]:
        """Return nothing: images have no process."""
        return []

    def is_ready(self) -> bool:
        """Say whether the registry can be asked."""
        return registry_client().get("/v2/").status_code == 200

    def finish(self) -> None:
        """Build and push what the registry has not."""
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(_provide, (PAUSE, BUSYBOX, COREDNS, PROVISIONER, METRICS)))


def _provide(name: str) -> None:
    provide_image(_build(name), name)


def _build(name: str) -> Path:
    if name == PAUSE:
        # a sandbox only has to stay: containerd ends it with SIGKILL
        return build_image(name, {"bin/busybox": _busybox()}, ["/bin/busybox", "sleep", "2147483647"])
    if name == BUSYBOX:
        return build_image(name, {}, [], busybox=True, command=["sh"])
    binary = name.removeprefix("lab/").partition(":")[0]
    return build_image(name, {f"bin/{binary}": paths.BIN / binary}, [f"/bin/{binary}"], busybox=True)


def _busybox() -> Path:
    binary = shutil.which("busybox")
    if binary is None:
        raise RuntimeError("busybox is missing: apt-get install --no-install-recommends busybox-static")
    return Path(binary)
