"""The estate of a web shop, as its plan and its findings list it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from include.ledger import ItemRecord, Proof

NAMESPACES = ("shop", "warehouse", "payments", "search")
NAMES = ("api", "web", "worker", "journal", "stock", "mailer", "invoices", "gateway", "carts", "images")


@dataclass(frozen=True)
class Thing:
    """Be one item of the estate: what the plan knows of it."""

    phase: str
    key: str
    kind: str
    source: str
    target: str
    action: str
    bytes: int = 0
    predicted_seconds: float = 1.0
    details: dict[str, Any] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        return dict(vars(self))

    def record(self, action: str | None = None, *, error: str | None = None) -> ItemRecord:
        known = {name: getattr(self, name) for name in ("phase", "key", "kind", "source", "target", "bytes")}
        done = {"adapt": "adapted", "exclude": "excluded"}.get(self.action, "copied")
        seconds = round(self.predicted_seconds * 0.9, 2)
        return ItemRecord(
            **known,
            action=action or done,
            seconds=seconds,
            predicted_seconds=self.predicted_seconds,
            error=error,
        )

    def proof(self, *, is_equal: bool = True) -> Proof:
        value = {"rows": 128_450, "hash": f"sha256:{abs(hash(self.key)) % 10**12:012d}"}
        return Proof(
            method="row counts and an order-free hash of each table"
            if self.kind == "database"
            else "every field read back",
            source=value,
            target=value if is_equal else {**value, "rows": 128_449},
            equal=is_equal,
        )


def estate(objects: int = 120) -> list[Thing]:
    """Return the items of a web shop: images, databases, buckets, volumes, objects, checks, a front door."""
    names = [f"{space}/{name}" for space in NAMESPACES for name in NAMES]
    return [
        *_resources(),
        *(_image(name, place) for place, name in enumerate(names[:24])),
        *(_database(name, place) for place, name in enumerate(("orders", "stock", "payments", "search"))),
        *(_bucket(name, place) for place, name in enumerate(("product-pictures", "invoices", "exports"))),
        *(
            Thing(
                "velero_install",
                f"velero/{side}",
                "velero",
                f"Velero on the {side} cluster",
                "bucket velero",
                "install",
                0,
                30.0,
            )
            for side in ("source", "target")
        ),
        *objects_of("adaptation", "adapt", objects),
        *objects_of("velero_backup_restore", "copy", objects),
        *(_volume(name, place) for place, name in enumerate(names[:6])),
        *objects_of("verification", "verify", objects),
        *(
            Thing(
                "verification",
                f"check/{name}",
                "check",
                f"check: {name}",
                f"GET /{name}",
                "verify",
                0,
                0.5,
            )
            for name in ("front page", "search", "checkout")
        ),
        Thing(
            "cutover",
            "endpoint/shop.lab.",
            "endpoint",
            "shop.lab. -> Service shop/web of the source cluster",
            "shop.lab. -> Service shop/web of the target cluster",
            "switch",
            0,
            30.0,
        ),
    ]


def _resources() -> Iterator[Thing]:
    for name, what in (
        ("cluster", "CCE cluster lab"),
        ("pool/general", "node pool general, 4 nodes"),
        ("instance/orders", "RDS instance orders"),
        ("bucket/velero", "bucket velero"),
    ):
        yield Thing("resource_planning", name, "resource", what, f"{what}: is made", "prepare", 0, 90.0)


def _image(name: str, place: int) -> Thing:
    return Thing(
        "swr_image_sync",
        f"registry.source.lab/{name}:1.{place}",
        "image",
        f"registry.source.lab/{name}:1.{place}",
        f"swr.eu-de.lab/shop/{name}:1.{place}",
        "copy",
        18_000_000 + place * 7_300_000,
        4.0 + place,
        {"digest": f"sha256:{place:064x}"},
    )


def _database(name: str, place: int) -> Thing:
    size = (place + 1) * 11_400_000_000
    engine = "postgresql" if place % 2 == 0 else "mariadb"
    source, target = f"{engine} {name} on db.source.lab", f"{engine} {name} on db.rds.lab"
    details = {"engine": engine, "mode": "follow"}
    return Thing(
        "rds_dump_restore", name, "database", source, target, "copy", size, 210.0 * (place + 1), details
    )


def _bucket(name: str, place: int) -> Thing:
    size = (3 - place) * 26_000_000_000
    return Thing(
        "obs_sync",
        name,
        "bucket",
        f"bucket {name} at s3.source.lab",
        f"bucket {name} at obs.eu-de.lab",
        "copy",
        size,
        230.0,
        {"objects": 182_000},
    )


def _volume(name: str, place: int) -> Thing:
    size = (place + 1) * 4_000_000_000
    source, target = f"volume {name} (local-path)", f"volume {name} (csi-disk)"
    return Thing(
        "velero_backup_restore",
        f"volumes/{name}",
        "volume",
        source,
        target,
        "copy",
        size,
        110.0,
        {"claim": name},
    )


def objects_of(phase: str, action: str, count: int) -> Iterator[Thing]:
    """Yield the objects of a phase."""
    kinds = ("Deployment", "Service", "ConfigMap", "Secret", "Ingress")
    for place in range(count):
        kind = kinds[place % len(kinds)]
        name = f"{NAMESPACES[place % 4]}/{NAMES[place // 4 % 10]}-{place}"
        is_excluded = action == "copy" and place % 40 == 7
        yield Thing(
            phase,
            f"{kind.lower()}s/{name}",
            "object",
            f"{kind} {name}",
            f"{kind} {name}",
            "exclude" if is_excluded else action,
            0,
            0.2,
            {"reason": "made anew by the target"} if is_excluded else {},
        )


def findings() -> list[dict[str, Any]]:
    """Return findings of every severity."""
    rows = [
        (
            "external_endpoint",
            "warning",
            "ConfigMap shop/notifications key notifications.toml",
            "names smtp.example.com:587, which no entry of the definition moves",
            "make sure that it is reachable from the target, or declare it in databases or buckets",
            None,
        ),
        (
            "host_path",
            "warning",
            "DaemonSet shop/agent volume logs",
            "mounts /var/log of the node; its content is not migrated",
            "fine for logs and sockets; keep data in a claim",
            None,
        ),
        (
            "storage_class",
            "info",
            "PersistentVolumeClaim shop/journal",
            "becomes csi-disk",
            "nothing to do",
            "adaptation",
        ),
    ]
    fields = ("rule", "severity", "object", "message", "remedy", "handled_by")
    why = "What the source reaches in its own network may have no route from the VPC of CCE."
    return [{**dict(zip(fields, row, strict=True)), "why": why} for row in rows]
