"""Make docs/performance.md, its tables and its charts, from benchmarks/results/*.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.chart import DOCS, draw_beside_peers, draw_durations
from benchmarks.result import RESULTS

PAGE = DOCS / "performance.md"
HEAD = """# Performance

Made by `make bench` from the files in `benchmarks/results/`; binaries were built before.
"""
LAB = """
## The lab, and a migration in it

`airflow_scheduling_share` is the time of a run in which no task was running at all: what Airflow's scheduling costs. A phase that
waits for a person counts the wait. Phases overlap: images, databases, buckets, Velero and adaptation run side by side.

"""
# The beginning of the results' names, the title, and what has to be known of them.
GROUPS = (
    (
        "cutover",
        "Cutovers",
        "What a client at the lab's front door saw, asking 20 times a second: the same estate cut over, brought back and cut over "
        "again, with databases that are followed and with databases that are dumped; its volumes are warm in both.",
    ),
    (
        "velero",
        "Objects of the cluster",
        "ConfigMaps, Secrets, Services, Deployments, ServiceAccounts and claims (one of fifty objects; no pod uses them) from the "
        "lab's source to its target: backed up, counted in the bucket, restored with each object's adaptation, read back. Velero's "
        "commands take the same namespaces; the minute in which the target comes to know a backup is not counted. `adaptation` has "
        "the dry run of each object on the target, `verification` the comparison field by field, and `memory` is the most that one "
        "process of ours took for all of it. One run each, beside other work on the machine; the commands were not measured with 5,000.",
    ),
    (
        "images",
        "Images",
        "Sixty images on ten shared bases, from one registry to another that is new: copied first, with nothing to do, and with "
        "one in twenty changed. `distant`: each connection to the target has round trips of 40 ms and 200 Mbit/s.",
    ),
    (
        "postgres",
        "PostgreSQL",
        "A database of which one table is half. PostgreSQL's own programs are compared with two jobs, and as a pipe. `distant`: each "
        "connection to the target has round trips of 40 ms and 200 Mbit/s. `lag`: how far a followed database is behind while its "
        "source takes 1,000 writes a second. `proof`: how much the proof reads in a second of one processor, the server's and ours.",
    ),
    (
        "mariadb",
        "MariaDB",
        "A database of which one table is half. MariaDB's own programs are compared as a pipe, mydumper and myloader with two threads. "
        "`lag`: how far a followed database is behind while its source takes 1,000 writes a second.",
    ),
    (
        "volumes",
        "Volumes",
        "A volume of files, and a hundredth of it changed: through a bucket into another volume, by the movers' own scripts, "
        "their pods' start left out. restic by hand copies the same.",
    ),
    (
        "objects",
        "Objects",
        "Small objects of 8 KiB and large ones of 256 MiB, from one store to another that is new. s5cmd and the AWS CLI "
        "know one store at a time and go by the disk.",
    ),
)
OURS = "Ours plans and proves as well; the others copy."
COLUMNS = """
| measured | unit | min | median | max | best peer | machine |
|---|---|---|---|---|---|---|
"""


def write_page() -> None:
    """Write the page anew."""
    results = [json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))]
    parts, left = [], results
    for prefix, title, words in GROUPS:
        group = [result for result in left if result["name"].startswith(f"{prefix}_")]
        left = [result for result in left if result not in group]
        if group:
            timed = [result for result in group if result["unit"] == "seconds"]
            draw_beside_peers(timed, f"performance-{prefix}.svg")
            picture = f"![Bars of ours and each tool](performance-{prefix}.svg)\n"
            beside = f" {OURS}" if any(result["peers"] for result in group) else ""
            parts.append(f"\n## {title}\n\n{words}{beside}\n\n{picture}{_table(group)}")
    draw_durations([result for result in left if result["unit"] == "seconds"], "performance.svg")
    lab = f"{LAB}![Bars of every figure in seconds](performance.svg)\n{_table(left)}"
    PAGE.write_text("".join([HEAD, lab, *parts]))


def _table(results: Sequence[Mapping[str, Any]]) -> str:
    return COLUMNS + "".join(_row(result) for result in results)


def _row(result: Mapping[str, Any]) -> str:
    ours = result["ours"]
    cells = [
        result["name"],
        result["unit"],
        ours["min"],
        ours["median"],
        ours["max"],
        _beside_peer(result),
        result["machine"],
    ]
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"


def _beside_peer(result: Mapping[str, Any]) -> str:
    """Return e.g. `0.42 of kubectl get, 4.1`: our share of what the best peer took, and what that was."""
    if not result["peers"]:
        return "-"
    name, spread = min(result["peers"].items(), key=lambda entry: float(entry[1]["median"]))
    # a bar would end the table's cell, even within code
    return f"{result['ratio_to_best_peer']} of `{name.replace('|', chr(92) + '|')}`, {spread['median']}"
