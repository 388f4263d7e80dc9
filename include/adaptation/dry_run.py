"""Let the target's API server judge every adapted object before anything is restored."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.adaptation.planned import PHASE, AdaptedObject, adapted_plan
from include.adaptation.replacing import may_be_replaced
from include.batches import in_batches
from include.errors import (
    ClusterError,
    ObjectExistsError,
    ObjectInvalidError,
    ObjectNotFoundError,
    ProofError,
)
from include.inventory.pod_specs import is_custom
from include.ledger import ItemRecord, Proof
from include.planning.model import each_row
from include.progress import Progress
from include.proofs import settle_proof

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

WORKERS = 8
DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"
# A namespace that is not there cannot hold a dry run: the object is tried here.
SCRATCH_NAMESPACE = "default"
LONGEST_STEM = 44
LEFT_OVER = "if only its former state stands in the way, remove it from the target and run again"
PLACEHOLDERS = {
    "kubernetes.io/dockerconfigjson": {".dockerconfigjson": '{"auths":{}}'},
    "kubernetes.io/dockercfg": {".dockercfg": "{}"},
}

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """Hold what the target says to one object: `method` names how it was asked, `refusal` is None for yes."""

    method: str
    refusal: str | None = None


def dry_run_objects(run: MigrationRun) -> int:
    """Try each adapted object on the target by a server-side dry run; return how many were tried.

    Records a proof per object.

    :raises ProofError: with every refusal at once.
    """
    count = sum(1 for _ in each_row(run.ledger, PHASE))
    objects, refusals = adapted_plan(run), []
    judge = Judge(run.target, (one.adapted for one in objects.of(DEFINITIONS)))
    with (
        ThreadPoolExecutor(WORKERS) as pool,
        Progress(count, 0, logger, noun="objects tried") as progress,
    ):

        def try_one(one: AdaptedObject) -> list[str]:
            refused = _record(run, one, judge.judge(one.held))
            progress.add(items=1)
            return refused

        # Each is written down with its batch: no more than one is in memory.
        for batch in in_batches(objects):
            refusals += [line for lines in pool.map(try_one, batch) for line in lines]
    if refusals:
        raise ProofError(refusals, "the target refuses adapted objects")
    return count


class Judge:
    """Ask one cluster whether it would take objects."""

    def __init__(self, cluster: Cluster, planned: Iterable[Manifest]) -> None:
        self._cluster = cluster
        self._namespaces = {row["metadata"]["name"] for row in cluster.list("/api/v1/namespaces")}
        self._served = {(row.api_version, row.kind): True for row in cluster.discover(refresh=True)}
        self._planned_kinds = {
            (row["spec"]["group"], row["spec"]["names"]["kind"])
            for row in planned
            if row.get("kind") == "CustomResourceDefinition"
        }

    def judge(self, obj: Manifest) -> Verdict:
        """Return the verdict on one object."""
        group = str(obj["apiVersion"]).partition("/")[0]
        is_known = self._is_served(obj["apiVersion"], obj["kind"])
        if not is_known and is_custom(obj) and (group, obj["kind"]) in self._planned_kinds:
            return Verdict("its kind arrives with the restore; the object is proved after it")
        if not is_known:
            return Verdict(
                "server-side dry run",
                f"the target does not serve {obj['kind']} of {obj['apiVersion']}; "
                "install its CustomResourceDefinition or upgrade the object's API version",
            )
        tried, method = self._as_tried(obj)
        try:
            self._try(tried)
        except ClusterError as error:
            return Verdict(method, str(error))
        return Verdict(method)

    def _is_served(self, api_version: str, kind: str) -> bool:
        """Say whether the target serves a kind in this version; it is asked once, not for each of thousands of objects."""
        if (api_version, kind) not in self._served:
            try:
                self._cluster.resource(api_version, kind)
                self._served[api_version, kind] = True
            except ObjectNotFoundError:
                self._served[api_version, kind] = False
        return self._served[api_version, kind]

    def _try(self, obj: Manifest) -> None:
        try:
            self._cluster.create(obj, dry_run=True)
        except ObjectExistsError:
            # Left by a former run: what counts is whether it may look like this.
            self._try_change(obj)

    def _try_change(self, obj: Manifest) -> None:
        try:
            self._cluster.apply(obj, dry_run=True)
        except ObjectInvalidError as error:
            if not may_be_replaced(self._cluster.find(self._cluster.path_of(obj))):
                raise ObjectInvalidError(f"{error}; {LEFT_OVER}", status=error.status) from error
            # It is made anew; what would be wrong with it then shows under another name.
            self._cluster.create(_renamed(obj), dry_run=True)

    def _as_tried(self, obj: Manifest) -> tuple[Manifest, str]:
        method = "server-side dry run"
        tried = {**obj, "metadata": dict(obj["metadata"])}
        if tried["kind"] == "Secret" and tried["apiVersion"] == "v1":
            tried["data"] = _placeholder_data(obj)
            method += " with placeholder values"
        namespace = tried["metadata"].get("namespace")
        if namespace and namespace not in self._namespaces:
            tried["metadata"]["namespace"] = SCRATCH_NAMESPACE
            method += f" in namespace {SCRATCH_NAMESPACE}"
        return tried, method


def _renamed(obj: Manifest) -> Manifest:
    name = f"{obj['metadata']['name'][:LONGEST_STEM]}-dry-run"
    return {**obj, "metadata": {**obj["metadata"], "name": name}}


def _placeholder_data(secret: Manifest) -> dict[str, str]:
    """Return base64 values that the server's checks of typed Secrets accept; the real ones are not known here."""
    known = PLACEHOLDERS.get(secret.get("type", ""), {})
    names = secret.get("data") or {}
    return {name: base64.b64encode(known.get(name, "placeholder").encode()).decode() for name in names}


def _record(run: MigrationRun, one: AdaptedObject, verdict: Verdict) -> list[str]:
    is_accepted = verdict.refusal is None
    proof = Proof(
        method=verdict.method,
        source="accepted",
        target="accepted" if is_accepted else verdict.refusal,
        equal=is_accepted,
    )
    problem = f"{one.item.source}, target cluster: {verdict.refusal}"
    left = settle_proof(run, PHASE, one.item.key, proof, problem)
    item = run.ledger.item(PHASE, one.item.key)
    if left and item is not None:
        failed = {"action": "failed", "error": verdict.refusal}
        run.ledger.record_item(PHASE, ItemRecord.model_validate(item.model_dump() | failed))
    return [left] if left else []
