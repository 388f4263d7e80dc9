"""Draw the report of an assessment as one self-contained HTML page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from include.assessment.prediction import FIRST_GUESS
from include.inventory.model import SEVERITIES
from include.progress import readable_bytes, readable_seconds
from include.report.building import REASON_RULES
from include.report.document import Report
from include.report.page import environment
from include.report.plan_view import PlanView

GIB = 2**30
SMALLEST_BAR_PERCENT = 0.8
HOURS_ALONE_FROM = 10 * 3600
MOST_NODES = 12
PLURALS = {"Ingress": "Ingresses"}
PHASE_NAMES = {
    "swr_image_sync": "Images to SWR",
    "rds_dump_restore": "Databases to RDS",
    "obs_sync": "Buckets to OBS",
    "velero_install": "Velero in both clusters",
    "adaptation": "Objects adapted",
    "velero_backup_restore": "Objects and volumes",
    "verification": "Verification",
    "cutover": "Cutover",
}

Fields = Mapping[str, Any]
Writer = Callable[[float], str]


@dataclass(frozen=True)
class Bar:
    """Be one bar of a chart: `share` of the longest one in percent, `shade` names its colour."""

    label: str
    value: str
    share: float
    shade: str = "shade0"


def render_assessment(report: Report, plan: PlanView | None = None) -> str:
    """Return the page; sections of what a failed task did not find out are left out.

    :param plan: what a person is asked to approve, where there is a plan already.
    """
    reasons = [one for one in report.findings if one.get("rule") in REASON_RULES]
    findings = [one for one in report.findings if one.get("rule") not in REASON_RULES]
    counts = Counter(str(one.get("severity")) for one in findings)
    made = environment()
    made.filters.update(counted=counted, duration=duration, phase_time=phase_time, gib=_gib, cores=_cores)
    return made.get_template("assessment.html.j2").render(
        report=report,
        reasons=reasons,
        counts=counts,
        verdict=_verdict(counts, reasons),
        tiles=_tiles(report.assessment, counts),
        findings=[(one, [row for row in findings if row.get("severity") == one]) for one in SEVERITIES],
        severity_bars=_severity_bars(counts),
        a=report.assessment,
        plan=plan,
        phase_names=PHASE_NAMES,
        most_nodes=MOST_NODES,
        volume_sizes=volume_sizes(report.assessment["prediction"]["volumes"]) if report.assessment else "",
        charts=_charts(report.assessment) if report.assessment else {},
        areas=_areas(report.assessment["target"]) if report.assessment else [],
    )


def counted(number: float, noun: str) -> str:
    """Return e.g. `1 node`, `2,500 Ingresses`."""
    many = PLURALS.get(noun) or f"{noun}s"
    return f"{number:,} {noun if number == 1 else many}"


def duration(seconds: float) -> str:
    """Return a predicted duration no finer than a prediction is: `under 1 min`, `4 min`, `2 h 5 min`, `11 h`."""
    if seconds < 60:
        return "under 1 min"
    if seconds >= HOURS_ALONE_FROM:
        return f"{seconds / 3600:,.0f} h"
    return readable_seconds(60 * round(seconds / 60)).removesuffix(" 0 s").removesuffix(" 0 min")


def phase_time(phase: Fields) -> str:
    """Return the duration of a phase as far as the sizes of its items are known."""
    seconds = float(phase["seconds"])
    if not phase["unknown"]:
        return duration(seconds)
    if phase["unknown"] == phase["items"]:
        return "unknown"
    return f"at least {duration(seconds) if seconds >= 60 else readable_seconds(seconds)}"


def volume_sizes(volumes: Fields) -> str:
    """Say which sizes of volumes a prediction counts: those in use, those claimed, or some of each."""
    measured, claimed = int(volumes["measured"]), int(volumes["claimed"])
    if not measured and not claimed:
        return ""
    if not claimed:
        return "Volumes count with what is in them, as their nodes told."
    if not measured:
        return "Of volumes the claimed size counts, since how full they are is not known."
    count = "counts" if claimed == 1 else "count"
    return (
        f"{counted(measured, 'volume')} {'counts' if measured == 1 else 'count'} with what is in them, as their nodes told; "
        f"{counted(claimed, 'volume')} of which that is not known {count} with the claimed size."
    )


def _verdict(counts: Mapping[str, int], reasons: Sequence[Fields]) -> tuple[str, str]:
    """Return the word on the badge and the sentence below it."""
    if reasons:
        return (
            "Incomplete",
            "The assessment did not come to its end; what it found out until then stands below.",
        )
    blockers, warnings = counts.get("blocker", 0), counts.get("warning", 0)
    looked_at = f"{counted(warnings, 'warning')} should be looked at" if warnings else "there are no warnings"
    if blockers:
        be = "has" if blockers == 1 else "have"
        word = counted(blockers, "blocker")
        return word, f"{word} {be} to be removed before this source can be migrated; {looked_at}."
    return "Nothing blocks", f"Nothing blocks the migration of this source; {looked_at}."


def _tiles(assessment: Fields | None, counts: Mapping[str, int]) -> list[tuple[str, str, str]]:
    """Return (label, number, note) of the numbers at the top."""
    findings = (
        "Findings",
        f"{sum(counts.values()):,}",
        f"{counted(counts.get('blocker', 0), 'blocker')}, {counted(counts.get('warning', 0), 'warning')}",
    )
    if assessment is None:
        return [findings]
    source, prediction = assessment["source"], assessment["prediction"]
    workloads, pods = (sum(row[name] for row in source["workloads"]) for name in ("count", "pods"))
    unknown = (
        f"without {counted(prediction['unknown'], 'unknown size')}"
        if prediction["unknown"]
        else "all sizes known"
    )
    return [
        findings,
        (
            "Workloads",
            f"{workloads:,}",
            f"{counted(pods, 'pod')} in {counted(len(source['namespaces']), 'namespace')}",
        ),
        ("Data to copy", readable_bytes(prediction["bytes"]), unknown),
        ("Copy and proof", duration(prediction["seconds"]), "predicted, one by one"),
        ("Downtime", duration(prediction["downtime"]["seconds"]), _downtime_note(prediction["downtime"])),
        (
            "Target nodes",
            f"{_target_nodes(assessment):,}",
            f"the source has {counted(source['nodes']['workers'], 'worker')}",
        ),
    ]


def _downtime_note(downtime: Fields) -> str:
    unknown = int(downtime["unknown"])
    if unknown:
        return f"predicted, without {counted(unknown, 'unknown database')}"
    return "predicted, with caution" if downtime["basis"] == FIRST_GUESS else str(downtime["basis"])


def _target_nodes(assessment: Fields) -> int:
    return sum(int(row["figures"]["nodes"]) for row in _pools(assessment))


def _pools(assessment: Fields) -> list[Fields]:
    return [row for row in assessment["target"] if "offered" in row["figures"]]


def _severity_bars(counts: Mapping[str, int]) -> list[tuple[str, float]]:
    whole = sum(counts.values())
    return [(name, round(counts[name] / whole * 100, 2)) for name in SEVERITIES if counts.get(name)]


def _charts(assessment: Fields) -> dict[str, list[Bar]]:
    source, phases = assessment["source"], assessment["prediction"]["phases"]
    target = [row["figures"]["offered"] for row in _pools(assessment)]
    cores, memory = (sum(pool[name] for pool in target) for name in ("millicores", "memory"))
    return {
        "cores": _target_capacity(source, "millicores", cores, _cores),
        "memory": _target_capacity(source, "memory", memory, _gib),
        "source_cores": _source_capacity(source, "millicores", _cores),
        "source_memory": _source_capacity(source, "memory", _gib),
        "workloads": _bars([(row["kind"], row["count"], f"{row['count']:,}") for row in source["workloads"]]),
        "volumes": _bars([(row["class"], row["bytes"], _gib(row["bytes"])) for row in source["volumes"]]),
        "seconds": _bars([(PHASE_NAMES[row["id"]], _known_seconds(row), phase_time(row)) for row in phases]),
        "bytes": _bars([
            (PHASE_NAMES[row["id"]], row["bytes"], readable_bytes(row["bytes"]))
            for row in phases
            if row["bytes"]
        ]),
    }


def _known_seconds(phase: Fields) -> float:
    return 0.0 if phase["unknown"] == phase["items"] else float(phase["seconds"])


def _target_capacity(source: Fields, name: str, target: int, write: Writer) -> list[Bar]:
    return _shaded(
        [
            ("Pods request", source["requested"][name], "shade3"),
            ("Pods use", _of(source["usage"]["pods_used"], name), "shade0"),
            ("The source offers", source["nodes"]["allocatable"][name], "shade5"),
            ("The target offers", target, "shade2"),
        ],
        write,
    )


def _source_capacity(source: Fields, name: str, write: Writer) -> list[Bar]:
    """Return the bars of what the source uses; none where it did not measure anything."""
    usage = source["usage"]
    if not usage["pods_used"] and not usage["nodes_used"]:
        return []
    return _shaded(
        [
            ("Migrated pods request", source["requested"][name], "shade3"),
            ("Migrated pods use", _of(usage["pods_used"], name), "shade0"),
            ("Nodes use in all", _of(usage["nodes_used"], name), "shade0"),
            ("Nodes offer", source["nodes"]["allocatable"][name], "shade5"),
        ],
        write,
    )


def _of(used: Fields | None, name: str) -> int | None:
    return None if used is None else int(used[name])


def _shaded(rows: Sequence[tuple[str, int | None, str]], write: Writer) -> list[Bar]:
    """Return bars in the colours of their meaning; what is unknown has none."""
    known = [(label, value, shade) for label, value, shade in rows if value is not None]
    longest = max([1, *(value for _, value, _ in known)])
    return [Bar(label, write(value), _share(value, longest), shade) for label, value, shade in known]


def _bars(rows: Sequence[tuple[str, float, str]]) -> list[Bar]:
    longest = max((value for _, value, _ in rows), default=0) or 1
    return [Bar(label, text, _share(value, longest)) for label, value, text in rows]


def _share(value: float, longest: float) -> float:
    return round(max(SMALLEST_BAR_PERCENT, value / longest * 100), 2) if value else 0.0


def _areas(target: Sequence[Fields]) -> list[tuple[str, list[Fields]]]:
    """Return the bill of materials by area, in the order in which it is written."""
    names = dict.fromkeys(str(row["area"]) for row in target)
    return [(name, [row for row in target if row["area"] == name]) for name in names]


def _gib(size: float) -> str:
    return f"{size / GIB:,.1f} GiB"


def _cores(millicores: float) -> str:
    return f"{millicores / 1000:,.1f} cores"
