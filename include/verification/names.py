"""Judge whether the names of Services resolve inside the target cluster.

A pod asks, as the applications' pods do: through the address in its resolv.conf, kube-proxy and whatever cache is on its node. It
is a mover of volumes, whose image is on the target already and has a shell's commands; it needs no rights and no secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from include.planning.model import PlanItem
from include.verification.endpoints import ready_addresses
from include.verification.judging import Judgement, Manifest, Scene
from include.verification.snapshot import Snapshot

if TYPE_CHECKING:
    from include.run import MigrationRun

METHOD = "looked up by a pod of the target, against the addresses that the name has to lead to"
# So many names are told to one pod: they travel in its environment.
MOST_NAMES = 1000
SHOWN = 4
Answers = Mapping[str, frozenset[str]]


def names_of(items: Iterable[PlanItem], target: Snapshot) -> list[str]:
    """Return every name that is to be looked up; for an ExternalName also the one it stands for on the target."""
    found = {name for item in items for name in (_name(item), _external_name(item, target)) if name}
    return sorted(found)


def look_up(run: MigrationRun, names: Sequence[str]) -> Answers:
    """Return the addresses of each name, as a pod of the target sees them.

    :raises EngineError: when the pod failed.
    :raises TemporaryError: when it could not start, with what it waits for.
    """
    from include.volumes.movers import resolving_mover
    from include.volumes.running import run_mover

    found: dict[str, frozenset[str]] = {}
    for begin in range(0, len(names), MOST_NAMES):
        mover = resolving_mover(run, names[begin : begin + MOST_NAMES])
        found |= parse_answers(run_mover(run.target, mover, {}))
    return found


def parse_answers(text: str) -> dict[str, frozenset[str]]:
    """Return the addresses below each `name …` line; what stands above an answer's first Name is the server's own."""
    found: dict[str, set[str]] = {}
    name, is_answer = "", False
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word == "name":
            name, is_answer = rest.strip(), False
            found[name] = set()
        elif line.startswith("Name:"):
            is_answer = True
        elif is_answer and line.startswith("Address"):
            found[name].add(line.partition(":")[2].split()[0])
    return {name: frozenset(addresses) for name, addresses in found.items()}


def judge_name(item: PlanItem, scene: Scene, answers: Answers) -> Judgement:
    """Compare where a Service's name leads with where it has to lead."""
    name = _name(item)
    wanted, seen = _wanted(item, scene, answers), answers.get(name, frozenset())
    source, target = ({"name": name, "addresses": _shown(found)} for found in (wanted, seen))
    problem = None
    if not seen and (wanted or _external_name(item, scene.target)):
        problem = (
            f"{name} does not resolve; look at CoreDNS in kube-system, and at what an ExternalName stands for"
        )
    elif seen != wanted:
        problem = (
            f"{name} leads to {', '.join(_shown(seen))} instead of {', '.join(_shown(wanted)) or 'nothing'}"
        )
    return Judgement(METHOD, source, target, problem)


def _name(item: PlanItem) -> str:
    return f"{item.details['name']}.{item.details['namespace']}.svc"


def _external_name(item: PlanItem, target: Snapshot) -> str:
    spec = _spec(item, target)
    return str(spec["externalName"]).rstrip(".") if spec.get("type") == "ExternalName" else ""


def _wanted(item: PlanItem, scene: Scene, answers: Answers) -> frozenset[str]:
    external = _external_name(item, scene.target)
    if external:
        return answers.get(external, frozenset())
    return frozenset(_own_addresses(item, scene))


def _spec(item: PlanItem, target: Snapshot) -> Manifest:
    service = target.find("Service", item.details["namespace"], item.details["name"])
    return (service or {}).get("spec") or {}


def _own_addresses(item: PlanItem, scene: Scene) -> Iterator[str]:
    namespace, name = item.details["namespace"], item.details["name"]
    spec = _spec(item, scene.target)
    addresses = spec.get("clusterIPs") or [spec.get("clusterIP")]
    if addresses == ["None"]:
        yield from ready_addresses(scene.target.slices(namespace, name))
    else:
        yield from (str(address) for address in addresses if address)


def _shown(addresses: Iterable[str]) -> list[str]:
    found = sorted(addresses)
    return [*found[:SHOWN], *([f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else [])]
