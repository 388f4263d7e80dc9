"""Judge whether Ingresses answer at the target's load balancer as they do at the source's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from include.addressing import request_at
from include.planning.model import PlanItem
from include.verification.balancers import balancer_addresses
from include.verification.judging import Judgement, Manifest, Scene

METHOD = "status of a GET to each host and path, asked of both load balancers under the host's name"
TIMEOUT_SECONDS = 5.0
MOST_PATHS = 20
NO_ADDRESS = "no load balancer"
NO_ANSWER = "no answer"
# A controller that does not know the host answers so itself.
UNKNOWN = frozenset({404, 503})


@dataclass(frozen=True)
class Route:
    """Be one host and path of an Ingress."""

    host: str
    path: str
    scheme: str

    @property
    def name(self) -> str:
        """Return it for people."""
        return f"{self.host}{self.path}"


def judge_ingress(item: PlanItem, scene: Scene) -> Judgement:
    """Compare the answers of one Ingress; one that no controller serves on the source has nothing to compare."""
    place = ("Ingress", item.details["namespace"], item.details["name"])
    before, live = scene.source.find(*place), scene.target.find(*place)
    if live is None:
        return Judgement(METHOD, _answers(before or {}), None, "it is not there")
    source, target = _answers(before or {}), _answers(live)
    if NO_ADDRESS in target:
        has_one = NO_ADDRESS not in source
        problem = "has no load balancer on the target; look at its class and its events" if has_one else None
        return Judgement(METHOD, source, target, problem)
    problems = [text for name, status in target.items() for text in _problem(name, source.get(name), status)]
    return Judgement(METHOD, source, target, "; ".join(problems) or None)


def routes_of(ingress: Manifest) -> list[Route]:
    """Return what can be requested: hosts with a wildcard and paths that are patterns cannot."""
    return list(dict.fromkeys(_routes(ingress)))[:MOST_PATHS]


def _routes(ingress: Manifest) -> Iterator[Route]:
    spec = ingress.get("spec") or {}
    secured = {host for row in spec.get("tls") or [] for host in row.get("hosts") or []}
    for rule in spec.get("rules") or []:
        host = str(rule.get("host") or "")
        for row in (rule.get("http") or {}).get("paths") or []:
            path = str(row.get("path") or "/")
            if host and "*" not in host:
                is_plain = row.get("pathType") in {"Prefix", "Exact"} or not set(path) & set("*()[]^$|?+\\")
                yield Route(host, path if is_plain else "/", "https" if host in secured else "http")


def _answers(ingress: Manifest) -> dict[str, str]:
    """Return the status of each route, in words where there is none."""
    addresses = balancer_addresses(ingress)
    if not addresses:
        return {NO_ADDRESS: ""}
    # Certificates are not judged: those of a test or of a private authority may come along with the migration.
    with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False, verify=False) as client:  # ruff: ignore[request-with-no-cert-validation]
        return {route.name: _status(client, route, addresses[0]) for route in routes_of(ingress)}


def _status(client: httpx.Client, route: Route, address: str) -> str:
    try:
        answer = client.get(**request_at(f"{route.scheme}://{route.host}", address, route.path))
    except httpx.TransportError as error:
        return f"{NO_ANSWER} ({type(error).__name__})"
    return str(answer.status_code)


def _problem(name: str, before: str | None, now: str) -> Iterator[str]:
    """Yield what is wrong with an answer; where the source could not be asked, any that a server of the application gives will do."""
    if before is None or before.startswith(NO_ANSWER):
        is_good = now.isdigit() and int(now) < 500 and int(now) not in UNKNOWN
    else:
        is_good = now == before
    if not is_good:
        yield f"{name} answers {now}, on the source {before or 'nobody was asked'}"
