"""Which images the estate, and the migration itself, take from the source registry, and what is in each."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from lab import paths
from lab.images.build import build_image, build_index


@dataclass(frozen=True)
class RoleImage:
    """An image of the estate's program in one role: the program is a layer that all share, the rest is its own.

    `architectures` makes an image for several processors of it.
    """

    name: str
    role: str = ""
    busybox: bool = False
    architectures: tuple[str, ...] = ()

    def build(self) -> Path:
        """Build it and return its OCI layout."""
        if not self.architectures:
            return self._build_for("amd64")
        found = {one: self._build_for(one) for one in self.architectures}
        return build_index(f"{self.name}-index", found)

    def _build_for(self, architecture: str) -> Path:
        role = self.role or self.name.partition(":")[0].rpartition("/")[2]
        return build_image(
            f"{self.name}-{architecture}",
            {"etc/shop-image": f"{self.name}\n".encode()},
            ["/bin/shop", role],
            shared={"bin/shop": _program(architecture)},
            busybox=self.busybox,
            labels={"org.opencontainers.image.title": role},
            architecture=architecture,
        )


@dataclass(frozen=True)
class BannerImage:
    """An image that holds a few files and that only a custom resource names."""

    name: str

    def build(self) -> Path:
        """Build it and return its OCI layout."""
        words = f"<svg xmlns='http://www.w3.org/2000/svg'><text>{self.name}</text></svg>\n"
        return build_image(self.name, {"banner.svg": words.encode()}, ["/banner.svg"])


@dataclass(frozen=True)
class EngineImage:
    """An image of the migration's own engines; all have a shell's commands and folders."""

    name: str
    binaries: dict[str, str]
    entrypoint: tuple[str, ...] = ()
    links: dict[str, str] = field(default_factory=dict)

    def build(self) -> Path:
        """Build it and return its OCI layout."""
        files = {place: paths.BIN / binary for place, binary in self.binaries.items()}
        return build_image(self.name, files, self.entrypoint, busybox=True, links=self.links)


Image = RoleImage | BannerImage | EngineImage

JOURNAL = "shop/journal:1.3.0"

ESTATE_IMAGES: tuple[Image, ...] = (
    RoleImage("shop/web:2.4.1"),
    RoleImage("shop/api:2.4.1"),
    RoleImage("shop/schema:2.4.1"),
    RoleImage(JOURNAL),
    RoleImage("shop/agent:1.2.0", architectures=("amd64", "arm64")),
    RoleImage("shop/report:0.9.2", busybox=True),
    RoleImage("shop/wait:1.0.0", busybox=True),
    RoleImage("shop/seed:1.0.0", busybox=True),
    RoleImage("warehouse/stock:1.7.0"),
    RoleImage("warehouse/restock:1.7.0"),
    BannerImage("shop/banner:spring"),
    BannerImage("shop/banner:summer"),
)

ENGINE_IMAGES: tuple[Image, ...] = (
    EngineImage(
        "velero/velero:v1.18.3",
        {name: name for name in ("velero", "velero-helper", "velero-restore-helper")},
        ("/velero",),
    ),
    EngineImage(
        "velero/velero-plugin-for-aws:v1.14.3",
        {"plugins/velero-plugin-for-aws": "velero-plugin-for-aws"},
        ("/bin/cp", "/plugins/velero-plugin-for-aws", "/target/velero-plugin-for-aws"),
    ),
    EngineImage("restic/restic:0.18.1", {"usr/bin/restic": "restic"}, ("/usr/bin/restic",)),
)


def _program(architecture: str) -> Path:
    return paths.BIN / ("shop" if architecture == "amd64" else f"shop-{architecture}")
