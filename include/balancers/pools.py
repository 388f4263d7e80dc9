"""Keep one pool a listener for the target's members, made like the pool that the listener leads to before."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.errors import PermanentError

if TYPE_CHECKING:
    from include.balancers.listeners import Listener
    from include.cloud import Cloud

# The only place that outlives a run and a ledger: pools have no tags.
FORMER = re.compile(r"the listener led to pool (\S+) before")
# Of health checks: until the target's members are seen, customers wait.
LONGEST_DELAY_SECONDS = 2
MOST_SUCCESSES = 2
OWN_CHECK = {"type": "TCP", "delay": LONGEST_DELAY_SECONDS, "timeout": 2, "max_retries": 1}
CHECKED = ("type", "timeout", "max_retries_down", "url_path", "domain_name", "http_method", "expected_codes")


@dataclass(frozen=True)
class TargetPool:
    """Hold the pool with the target's members, and the one that the listener led to before."""

    id: str
    former: str


def pool_name(migration: str, listener_id: str) -> str:
    """Return the name by which a migration finds its pool again."""
    return f"cce-migration-{migration}-{listener_id}"


def target_pool_of(cloud: Cloud, migration: str, listener: Listener) -> TargetPool | None:
    """Return the pool with the target's members that a listener leads to; None when it leads elsewhere.

    Two tries at once may have made two of one name, so each of that name is the migration's.
    """
    found = [one for one in _named(cloud, migration, listener) if str(one.id) == listener.pool]
    return _target_pool(found[0]) if found else None


def make_target_pool(cloud: Cloud, migration: str, listener: Listener) -> TargetPool:
    """Return the pool for the target's members, with its health check; it is made if it is not there.

    Of several the one that the listener leads to, else the oldest.

    :raises PermanentError: when the listener leads to no pool that it could be made like.
    """
    found = _named(cloud, migration, listener)
    if not found:
        _make(cloud, migration, listener, _show(cloud, _former_of(listener)))
        found = _named(cloud, migration, listener)
    led_to = [one for one in found if str(one.id) == listener.pool]
    pool = (led_to or found)[0]
    if listener.pool and not led_to and _former(pool) != listener.pool:
        fields = {"description": _description(migration, listener.pool)}
        cloud.call("elb", "update_pool", is_idempotent=True, pool_id=str(pool.id), body={"pool": fields})
        pool = _show(cloud, str(pool.id))
    _make_health_check(cloud, pool)
    return _target_pool(pool)


def former_pool(cloud: Cloud, migration: str, listener: Listener) -> str:
    """Return the pool with the source's members, also of a listener that leads to the target by now.

    :raises PermanentError: when the listener leads to no pool.
    """
    pool = target_pool_of(cloud, migration, listener)
    return _former_of(listener) if pool is None else pool.former


def _named(cloud: Cloud, migration: str, listener: Listener) -> list[Any]:
    name = pool_name(migration, listener.id)
    answer = cloud.call("elb", "list_pools", name=[name], loadbalancer_id=[listener.balancer])
    found = [one for one in answer.pools or [] if one.name == name]
    return sorted(found, key=lambda one: (str(one.created_at), str(one.id)))


def _former_of(listener: Listener) -> str:
    if not listener.pool:
        raise PermanentError(
            f"ELB listener {listener.id}: has no default pool, so nobody is led to the source by it; correct front_door.elb.listeners"
        )
    return listener.pool


def _make(cloud: Cloud, migration: str, listener: Listener, like: Any) -> None:
    pool = {
        "name": pool_name(migration, listener.id),
        "description": _description(migration, str(like.id)),
        "loadbalancer_id": listener.balancer,
        "protocol": like.protocol,
        "lb_algorithm": like.lb_algorithm,
    }
    sticky = like.session_persistence
    if sticky is not None:
        known = {name: getattr(sticky, name) for name in ("type", "cookie_name", "persistence_timeout")}
        pool["session_persistence"] = {name: value for name, value in known.items() if value}
    # Not idempotent: made twice there are two of one name, of which everybody takes the oldest.
    cloud.call("elb", "create_pool", body={"pool": pool})


def _make_health_check(cloud: Cloud, pool: Any) -> None:
    if pool.healthmonitor_id:
        return
    former = _show(cloud, _former(pool))
    check: dict[str, Any] = dict(OWN_CHECK)
    if former.healthmonitor_id:
        like = cloud.call(
            "elb", "show_health_monitor", healthmonitor_id=str(former.healthmonitor_id)
        ).healthmonitor
        check = {name: getattr(like, name) for name in CHECKED if getattr(like, name) not in {None, ""}}
        check["delay"] = min(int(like.delay), LONGEST_DELAY_SECONDS)
        check["max_retries"] = min(int(like.max_retries), MOST_SUCCESSES)
    # A port of its own would be the source's.
    body = {"healthmonitor": {"pool_id": str(pool.id), **check}}
    cloud.call("elb", "create_health_monitor", body=body)


def _show(cloud: Cloud, pool_id: str) -> Any:
    return cloud.call("elb", "show_pool", pool_id=pool_id).pool


def _description(migration: str, former: str) -> str:
    return f"members on the target of migration {migration}; the listener led to pool {former} before"


def _former(pool: Any) -> str:
    found = FORMER.search(str(pool.description or ""))
    if found is None:
        raise PermanentError(
            f"ELB pool {pool.id} ({pool.name}): its description no longer tells which pool the listener led to; lead the listener "
            "there by hand, and delete this pool"
        )
    return found[1]


def _target_pool(pool: Any) -> TargetPool:
    return TargetPool(str(pool.id), _former(pool))
