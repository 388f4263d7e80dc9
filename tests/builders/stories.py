"""Ledgers of whole runs, as rich as those of real ones: finished, midway, failed, rehearsed, and one of many thousand items."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from include.approvals import Answer, Question
from include.ledger import Ledger, PhaseRecord, safe_key
from include.phases import PHASES
from include.report import write_report
from include.report.document import Kind
from tests.builders.definitions import definition as lab_definition
from tests.builders.web_shop import Thing, estate, findings, objects_of

# id -> (seconds after the start, seconds it takes, seconds predicted)
TIMES: dict[str, tuple[int, int, int]] = {
    "resource_planning": (0, 310, 360),
    "swr_image_sync": (320, 240, 300),
    "rds_dump_restore": (320, 910, 840),
    "obs_sync": (320, 640, 700),
    "velero_install": (560, 55, 60),
    "adaptation": (320, 20, 30),
    "velero_backup_restore": (620, 730, 900),
    "verification": (1360, 95, 120),
    "cutover": (1600, 64, 81),
}
CHANGES = [
    {
        "rule": "images",
        "path": "spec.template.spec.containers[0].image",
        "before": "registry.source.lab/shop/web:1.9.3",
        "after": "swr.eu-de.lab/shop/shop/web:1.9.3",
    },
    {
        "rule": "pull_secret",
        "path": "spec.template.spec.imagePullSecrets",
        "before": [],
        "after": [{"name": "default-secret"}],
    },
    {
        "rule": "moved_addresses",
        "path": "spec.template.spec.containers[0].env[2].value",
        "before": "postgres://pg.source.lab:5432/shop",
        "after": "postgres://pg.rds.lab:5432/shop",
    },
]


class Story:
    """Write the ledger of one run, as it stands some seconds after it began.

    :param began: the moment at which the run began.
    :param folder: where the ledgers of all migrations lie.
    """

    def __init__(
        self, folder: Path, run_id: str, *, began: datetime, objects: int = 40, migration: str = "webshop"
    ) -> None:
        self.ledger = Ledger(folder, migration, run_id)
        self.began = began
        self.things = estate(objects)

    def at(self, seconds: float) -> str:
        return (self.began + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")

    def begin(self) -> None:
        """Write what the planning writes."""
        definition = lab_definition().model_dump(mode="json", by_alias=True)
        self.ledger.write("definition", {**definition, "name": self.ledger.migration})
        self.ledger.write("opened-with", {"definition": "lab", "migration": self.ledger.migration})
        self.ledger.write("plan", {"items": [thing.row() for thing in self.things]})
        self.ledger.write("findings", {"findings": findings()})
        phases = [{"id": name, "seconds": float(times[2])} for name, times in TIMES.items()]
        steps = [
            {"name": "last changes and proof of the volumes", "seconds": 50.8},
            {"name": "start on the target and switch", "seconds": 30.0},
        ]
        prediction = {"phases": phases, "downtime": {"seconds": 81.8, "unknown": 0, "steps": steps}}
        self.ledger.write("assessment", {"prediction": prediction})

    def finish(self, phases: Sequence[str] = PHASES, *, factor: float = 1.0, failed: str = "") -> None:
        """Have phases run through; the items of key `failed` differ."""
        for name in phases:
            if name not in TIMES:
                continue
            start, seconds, _ = TIMES[name]
            things = [thing for thing in self.things if thing.phase == name]
            for thing in things:
                self.settle(thing, is_equal=thing.key != failed)
            record = PhaseRecord(
                id=name,
                started=self.at(start),
                finished=self.at(start + seconds * factor),
                items=len(things),
                bytes=sum(thing.bytes for thing in things),
                result="failed" if failed in {thing.key for thing in things} else "succeeded",
            )
            self.ledger.write(f"phases/{name}", record)

    def settle(self, thing: Thing, *, is_equal: bool = True) -> None:
        """Have one item be done and proved."""
        error = None if is_equal else "table carts: the source has 128450 rows, the target 128449"
        self.ledger.record_item(thing.phase, thing.record(None if is_equal else "failed", error=error))
        if thing.action != "exclude":
            self.ledger.record_proof(thing.phase, thing.key, thing.proof(is_equal=is_equal))
        if thing.phase == "adaptation" and "deployments" in thing.key:
            document = {"key": thing.key, "object": thing.source, "changes": CHANGES}
            self.ledger.write(f"adaptation/{safe_key(thing.key)}", document)

    def start(self, name: str, done: Sequence[str] = ()) -> None:
        """Have a phase be under way, with the items of these keys done."""
        self.ledger.write(f"phases/{name}", PhaseRecord(id=name, started=self.at(TIMES[name][0])))
        for thing in self.things:
            if thing.phase == name and thing.key in done:
                self.settle(thing)

    def move(self, phase: str, key: str, share: float, *, rate: int = 61_000_000, **fields: Any) -> None:
        """Have a piece of work tell, at this moment, that so much of it is done."""
        total = next((thing.bytes for thing in self.things if (thing.phase, thing.key) == (phase, key)), 0)
        done = int(total * share)
        document = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "what": "items",
            "items": round(40 * share),
            "total_items": 40,
            "bytes": done,
            "total_bytes": total,
            "bytes_per_second": rate,
            "seconds": round(done / rate, 1),
            "seconds_left": round((total - done) / rate, 1),
        }
        self.ledger.record_progress(phase, key, {**document, **fields})

    def ask(self, task: str, seconds: float, *, plan: str | None = None) -> None:
        """Have a person be asked."""
        self.ledger.write(
            f"questions/{task}", Question(question=task, text=QUESTION, plan=plan, at=self.at(seconds))
        )

    def answer(self, task: str, seconds: float, *, approved: bool = True, plan: str | None = None) -> None:
        """Have the person answer."""
        answer = Answer(
            question=task,
            approved=approved,
            by="olga",
            reason="rehearsed on Monday",
            plan=plan,
            at=self.at(seconds),
        )
        self.ledger.write(f"approvals/{safe_key(task)}", answer)

    def cut_over(self, seconds: float = 8.4) -> None:
        """Write what the cutover measured."""
        begin = self.began.timestamp() + TIMES["cutover"][0]
        rows = list(_steps(begin))
        for row in rows:
            self.ledger.write(f"cutover/steps/{safe_key(row['name'] + row['part'])}", row)
        self.ledger.write(
            "cutover/downtime",
            {
                "seconds": seconds,
                "requests": 974,
                "failed_requests": 158,
                "writes_acknowledged": 408,
                "writes_lost": 0,
                "writes_doubled": 0,
                "unmeasured_seconds": 0.0,
                "outages": [[begin + 2.2, begin + 2.2 + seconds]],
                "steps": [{"name": row["name"], "seconds": row["seconds"]} for row in rows],
            },
        )

    def report(self, kind: Kind, *, finished: float) -> None:
        """Write the report, as of the moment at which the run ended."""
        document = write_report(self.ledger, kind, "succeeded")
        self.ledger.write("report", {**document, "finished": self.at(finished)})


QUESTION = """## Switch shop.lab. to eu-de

| Phase | Proved | Waived | Left out | Open | Moved |
|---|---|---|---|---|---|
| swr_image_sync | 24 | 0 | 0 | 0 | 2.4 GB |
| rds_dump_restore | 4 | 0 | 0 | 0 | 114 GB |

**Every item has an equal proof or a waiver.**

- warning: ConfigMap shop/notifications names smtp.example.com:587, which no entry of the definition moves

**An approval** stops the writers in the namespaces `shop`, `warehouse` of the source, moves the last changes, and moves the traffic.
"""


def _steps(begin: float) -> Iterator[dict[str, Any]]:
    for name, part, start, seconds in (
        ("quiesce the source", "", 0.0, 1.9),
        ("copy the last changes of the databases", "orders", 2.0, 2.4),
        ("copy the last changes of the volumes", "shop/journal", 2.0, 4.1),
        ("prove the databases", "", 4.6, 1.2),
        ("release the target", "", 6.3, 1.6),
        ("pass the gates", "", 8.1, 0.3),
        ("switch the front door", "", 8.6, 1.4),
        ("watch the target", "", 10.2, 15.4),
    ):
        moments = {"started": begin + start, "finished": begin + start + seconds}
        yield {"name": name, "part": part, "seconds": seconds, **moments}


def finished_run(folder: Path, run_id: str, *, began: datetime, failed: str = "", objects: int = 40) -> Story:
    """Write a run that went through; the item of key `failed` differs on both sides."""
    story = Story(folder, run_id, began=began, objects=objects)
    story.begin()
    story.finish(failed=failed)
    story.ask("resource_planning.approve_plan", 300, plan="c79fa82178f0")
    story.answer("resource_planning.approve_plan", 308, plan="c79fa82178f0")
    story.ask("cutover.approve_cutover", 1460)
    story.answer("cutover.approve_cutover", 1598)
    story.cut_over()
    story.report("migration", finished=1670)
    (Path(str(story.ledger.folder)) / "evidence.tar.gz").write_bytes(b"an archive")
    logs = Path(str(story.ledger.folder)) / "logs"
    logs.mkdir()
    (logs / "rds_dump_restore.log").write_text("copied orders\n")
    return story


def midway_run(folder: Path, run_id: str, *, began: datetime, objects: int = 40) -> Story:
    """Write a run in the midst of its copies."""
    story = Story(folder, run_id, began=began, objects=objects)
    story.begin()
    story.ask("resource_planning.approve_plan", 300)
    story.answer("resource_planning.approve_plan", 308)
    story.finish(["resource_planning", "swr_image_sync", "velero_install", "adaptation"])
    story.start("rds_dump_restore", ["orders"])
    story.start("obs_sync", ["invoices"])
    story.start("velero_backup_restore", [thing.key for thing in story.things if thing.kind == "object"])
    story.move("rds_dump_restore", "stock", 0.62, stage="rows of 31 tables")
    story.move("rds_dump_restore", "payments", 0.21, rate=48_000_000, stage="rows of 12 tables")
    story.move("obs_sync", "product-pictures", 0.47, rate=93_000_000, what="objects", items=85_540)
    story.move("velero_backup_restore", "volumes/shop/api", 0.3, what="volumes", items=2, total_items=6)
    return story


def waiting_run(folder: Path, run_id: str, *, began: datetime) -> Story:
    """Write a run that waits for the approval of its cutover."""
    story = Story(folder, run_id, began=began)
    story.begin()
    story.finish([name for name in PHASES if name != "cutover"])
    story.ask("cutover.approve_cutover", 1460)
    return story


def rehearsals(
    folder: Path, count: int, *, before: datetime, migration: str = "webshop-rehearsal"
) -> list[str]:
    """Write rehearsals, one a week, each a little faster than the one before; return their ids."""
    ids = []
    for number in range(count):
        began = before - timedelta(weeks=count - number)
        run_id = f"scheduled__{began.isoformat(timespec='seconds')}"
        story = Story(folder, run_id, began=began, objects=5, migration=migration)
        story.begin()
        story.finish(
            [name for name in PHASES if name != "cutover"],
            factor=1.3 - 0.07 * number,
            failed="stock" if number == 1 else "",
        )
        story.report("rehearsal", finished=1500)
        ids.append(run_id)
    return ids


def large_run(folder: Path, run_id: str, *, began: datetime, items: int = 10_000) -> Story:
    """Write a run of many items, past the ledger's care for crashes: it would take minutes."""
    story = Story(folder, run_id, began=began, objects=0)
    story.things += list(objects_of("verification", "verify", items - len(story.things)))
    story.begin()
    top = Path(str(story.ledger.folder))
    for thing in story.things:
        name = f"{thing.phase}/{safe_key(thing.key)}.json"
        proof = {"phase": thing.phase, "key": thing.key, **thing.proof().model_dump(mode="json")}
        for kind, document in (("items", thing.record().model_dump(mode="json")), ("proofs", proof)):
            path = top / kind / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(document, indent=1))
    for name, (start, seconds, _) in TIMES.items():
        record = PhaseRecord(id=name, started=story.at(start), finished=story.at(start + seconds))
        story.ledger.write(f"phases/{name}", record.model_copy(update={"result": "succeeded"}))
    return story
