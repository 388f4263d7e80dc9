"""Kill what a migration runs on, and measure what that costs: the figures of docs/resilience.md.

    python -m lab exec -- python -m tests.lab.kill_once task@cutover.move_traffic scheduler@cutover.watch_target+3

Each argument is `victim@task[:map index][+seconds]`, in the order in which the tasks run. The victim dies so many seconds after
the task's process is there: `task`, `worker`, `scheduler`, `api-server`, `velero-source`, `velero-target`, `mover-source`,
`mover-target` (a mover's pod is deleted), or `PROGRAM,PROGRAM~SECONDS` of the lab, which then stand still for so long.
"""

from __future__ import annotations

import re
import sys
import threading
import time
from dataclasses import dataclass

from lab.clusters.api import ClusterApi
from lab.estate.audit import audit
from lab.estate.front_door import is_moved

from .killing import airflow_program, kill, stopped, task_process, velero_server, wait_until, worker_of
from .leftovers import leftovers
from .live_runs import Instance, LiveRun
from .sides import KUBECONFIGS
from .writers import MOVER_LABEL, Writers

SYNTAX = re.compile(r"(?P<victim>[^@]+)@(?P<task>[a-z_.]+)(:(?P<index>\d+))?(\+(?P<seconds>[0-9.]+))?")


@dataclass(frozen=True)
class Kill:
    """Say who dies, and when."""

    victim: str
    task: str
    index: int
    seconds: float

    @classmethod
    def parse(cls, text: str) -> Kill:
        match = SYNTAX.fullmatch(text)
        if match is None:
            raise SystemExit(f"{text}: not victim@task[:map index][+seconds]")
        index, seconds = match["index"], match["seconds"]
        return cls(match["victim"], match["task"], int(index) if index else -1, float(seconds or 0))

    def strike(self, run: LiveRun, writers: Writers) -> Instance:
        """Wait for the moment, kill, and return the instance of the task that was at work."""
        instance = run.wait_for_process(self.task, self.index)
        time.sleep(self.seconds)
        if self.victim.startswith("mover-"):
            delete_mover(self.victim.removeprefix("mover-"), writers)
        elif "~" in self.victim:
            programs, _, seconds = self.victim.partition("~")
            with stopped(*programs.split(",")):
                time.sleep(float(seconds))
        else:
            kill(self.processes(instance["id"]))
        return instance

    def processes(self, instance_id: str) -> list[int]:
        """Return what to kill."""
        if self.victim.startswith("velero-"):
            return velero_server(self.victim.removeprefix("velero-"))
        known = {"task": task_process, "worker": worker_of}
        return known[self.victim](instance_id) if self.victim in known else airflow_program(self.victim)


def delete_mover(side: str, writers: Writers) -> None:
    wait_until(lambda: writers.movers(side), f"a mover works on the {side}")
    with ClusterApi(KUBECONFIGS[side]) as api:
        for pod in api.items(f"/api/v1/pods?labelSelector={MOVER_LABEL}"):
            path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"
            api.request("DELETE", path, {"gracePeriodSeconds": 0})


def follow(run: LiveRun, one: Kill, before: Instance, struck: float) -> None:
    """Say when the task was at work again, and when it was done."""

    # the process is there before Airflow counts its try
    first = max(before["try_number"], 1)

    def now() -> Instance:
        return run.instance(one.task, one.index)

    def is_again() -> bool:
        return now()["state"] == "success" or (now()["try_number"] > first and now()["state"] == "running")

    wait_until(is_again, f"{one.task} is at work again")
    again = time.monotonic() - struck
    wait_until(lambda: now()["state"] in {"success", "failed"}, f"{one.task} has ended")
    say(
        f"{one.victim}@{one.task}: at work again after {again:.1f} s, {now()['state']} after {time.monotonic() - struck:.1f} s, "
        f"try {now()['try_number']}"
    )


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def main(arguments: list[str]) -> int:
    kills = [Kill.parse(text) for text in arguments]
    if not all(path.exists() for path in KUBECONFIGS.values()):
        raise SystemExit("The lab has no target yet, and both sides are watched: migrate once before.")
    with LiveRun("killed") as run, Writers() as writers:
        followers = []
        for one in kills:
            before = one.strike(run, writers)
            follower = threading.Thread(target=follow, args=(run, one, before, time.monotonic()))
            follower.start()
            followers.append(follower)
        state = run.wait_for_end()
        seconds = run.seconds
        for follower in followers:
            follower.join()
        report = run.outcome.report
        names = ("seconds", "writes_acknowledged", "writes_lost", "writes_doubled")
        downtime = {name: report["downtime"][name] for name in names} if report["downtime"] else None
        side = "target" if is_moved() else "source"
        found = audit(side)
        say(f"{state}, report {report['result']}, {seconds:.0f} s, downtime {downtime}")
        say(f"{side}: {found.acknowledged} promised, {len(found.lost)} lost, {len(found.doubled)} doubled")
        say(f"two writers: {writers.both_at or 'never'}; left behind: {leftovers() or 'nothing'}")
        return 0 if state == "success" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
