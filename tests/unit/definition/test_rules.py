"""Each rule of a definition refuses with the reason and the allowed values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from include.definition import load_definition
from include.errors import DefinitionError
from tests.builders.definitions import definition_text

Change = Callable[[dict[str, Any]], object]

ELB = {"connection": "huawei_cloud", "listeners": [{"id": "web"}]}
HOOK = {"name": "flush", "workload": "Deployment shop/web", "when": "before_stop", "command": ["flush"]}


def by_elb(**changed: Any) -> Change:
    """Return a change that switches customers by a load balancer."""
    return lambda document: document["front_door"].update(dns=None, elb=ELB | changed)


def put(value: Any, *path: str | int) -> Change:
    def change(document: Any) -> None:
        for part in path[:-1]:
            document = document[part]
        document[path[-1]] = value

    return change


FOLDER = {
    "workload": "Deployment shop/web",
    "volume": "data",
    "claim": "web-data",
    "storage_class": "csi-disk",
    "size": "10Gi",
}

REFUSALS: list[Any] = [
    pytest.param(
        put([{"kind": "sms", "connection": "ops"}], "notifications"),
        "notifications[0].kind: 'sms' is not known  allowed: slack, email, webhook",
        id="a way to tell people that there is not",
    ),
    pytest.param(
        put([{"kind": "email", "connection": "mail"}], "notifications"),
        "notifications[0].to: missing: an e-mail needs at least one recipient",
        id="an e-mail to nobody",
    ),
    pytest.param(
        put([{"kind": "email", "connection": "mail", "to": ["nights"]}], "notifications"),
        "notifications[0].to[0]: 'nights' does not fit  allowed: an e-mail address",
        id="a recipient without an address",
    ),
    pytest.param(
        put([{"kind": "slack", "connection": "ops", "to": ["a@b.c"]}], "notifications"),
        "notifications[0].to: is only for kind: email",
        id="a recipient of a webhook",
    ),
    pytest.param(
        put({"cut_over": ["anna"]}, "approvals"),
        "approvals.cut_over: unknown field; did you mean cutover?",
        id="an approval that there is not",
    ),
    pytest.param(
        put(["uploads"], "volumes", "empty"),
        "volumes.empty[0]: 'uploads' does not name a claim; write namespace/name, e.g. shop/cache",
        id="a claim without its namespace",
    ),
    pytest.param(
        lambda document: document["volumes"].update(empty=["shop/a"], excluded=["shop/a"]),
        "volumes.excluded[0]: 'shop/a' stands in volumes.empty already",
        id="a claim that is decided of twice",
    ),
    pytest.param(
        lambda document: document["volumes"].update(empty=["shop/a"], snapshots=[{"claim": "shop/a"}]),
        "volumes.snapshots[0].claim: 'shop/a' stands in volumes.empty already",
        id="snapshots of a claim that stays empty",
    ),
    pytest.param(
        put(
            [{"storage_class": "gp3"}, {"storage_class": "gp3", "snapshot_class": "fast"}],
            "volumes",
            "snapshots",
        ),
        "volumes.snapshots[1].storage_class: 'gp3' stands in volumes.snapshots already",
        id="snapshots of a class twice",
    ),
    pytest.param(
        put([{"claim": "shop/a", "storage_class": "gp3"}], "volumes", "snapshots"),
        "volumes.snapshots[0]: name either a claim or a storage_class",
        id="snapshots of two things",
    ),
    pytest.param(
        put([{**FOLDER, "workload": "web"}], "volumes", "host_paths"),
        "volumes.host_paths[0].workload: 'web' does not name a workload",
        id="a workload without its kind",
    ),
    pytest.param(
        put([{**FOLDER, "size": "10GB"}], "volumes", "host_paths"),
        "volumes.host_paths[0].size: '10GB' is not a size of a claim",
        id="a claim of no size",
    ),
    pytest.param(
        put([FOLDER, {**FOLDER, "volume": "other"}], "volumes", "host_paths"),
        "volumes.host_paths[1].claim: 'web-data' is named by host_paths[0], too",
        id="a claim for two folders",
    ),
    pytest.param(
        put("linux/amd64", "images", "platforms"),
        "images.platforms: 'linux/amd64' is not known  allowed: all",
        id="a platform that is no list",
    ),
    pytest.param(
        put(["Linux"], "images", "platforms"),
        "images.platforms[0]: 'Linux' does not fit  allowed: os/architecture, e.g. linux/amd64",
        id="a platform that is none",
    ),
    pytest.param(
        put({"windows": [{"from": 1320, "to": "06:00"}]}, "images", "bandwidth"),
        "images.bandwidth.windows[0].from: 1320 is not a time of day; write hours and minutes in quotes",
        id="a time without quotes",
    ),
    pytest.param(
        put({"registry.test/A": "swr"}, "images", "sources"),
        "images.sources.registry.test/A: 'registry.test/A' does not fit  allowed: a registry host",
        id="a source that is no path",
    ),
    pytest.param(
        put(["shop", "velero"], "source", "namespaces"),
        "source.namespaces[1]: 'velero' is never migrated: it holds the migration's own tools",
        id="velero's own namespace",
    ),
    pytest.param(
        put(["shop", "shop"], "source", "namespaces"),
        "source.namespaces[1]: 'shop' stands at [0] already",
        id="a namespace twice",
    ),
    pytest.param(
        put([], "source", "namespaces"), "source.namespaces: list should have at least 1", id="no namespace"
    ),
    pytest.param(
        put("source_cluster", "target", "cluster"),
        "target.cluster: 'source_cluster' is the source's connection, too",
        id="a cluster into itself",
    ),
    pytest.param(
        put("source_postgres", "databases", 0, "target"),
        "databases[0].target: 'source_postgres' is the source's connection, too",
        id="a database onto itself",
    ),
    pytest.param(
        put({"reverse": False}, "databases", 0, "follow"),
        "databases[0].follow: limits mode `follow`, and the mode is another",
        id="limits of a mode that is not chosen",
    ),
    pytest.param(
        put({"connection": "source_s3", "bucket": "product-pictures"}, "buckets", 0, "target"),
        "buckets[0].target: is the source bucket itself",
        id="a bucket into itself",
    ),
    pytest.param(
        put("cce-migration-velero", "volumes", "bucket"),
        "volumes.bucket: 'cce-migration-velero' is used by velero, too",
        id="two writers in one bucket",
    ),
    pytest.param(
        lambda document: document["velero"].update(connection="source_s3", bucket="product-pictures"),
        "velero.bucket: 'product-pictures' is the source of buckets[0]; name another",
        id="the backup in a source bucket",
    ),
    pytest.param(
        lambda document: document["databases"].append({
            **document["databases"][0],
            "name": "again",
            "source": "other",
        }),
        "databases[2].target: database 'shop' there is the target of databases[0], too",
        id="two databases into one",
    ),
    pytest.param(
        lambda document: document["databases"].append({
            **document["databases"][0],
            "name": "back",
            "source": "other",
            "target": "source_postgres",
        }),
        "databases[2].target: database 'shop' there is the source of databases[0]",
        id="a database onto another's source",
    ),
    pytest.param(
        put([{"phase": "databases", "item": "a", "accepted_by": "A", "reason": "b"}], "waivers"),
        "waivers[0].phase: 'databases' is not known  allowed: resource_planning, swr_image_sync",
        id="a waiver of no phase",
    ),
    pytest.param(
        put("a.b", "velero", "bucket"), "velero.bucket: 'a.b' is not a bucket name OBS takes", id="a dot"
    ),
    pytest.param(
        put("Shop", "images", "target", "organization"),
        "images.target.organization: 'Shop' is not an SWR organization name",
        id="a capital in the organization",
    ),
    pytest.param(
        put("shop-._x", "images", "target", "organization"),
        "images.target.organization: 'shop-._x' is not an SWR organization name",
        id="separators side by side",
    ),
    pytest.param(
        put("web", "front_door", "service"),
        "front_door.service: 'web' does not name a Service",
        id="no namespace/name",
    ),
    pytest.param(
        put("other/web", "front_door", "service"),
        "front_door.service: namespace 'other' is not migrated  allowed: shop, warehouse",
        id="a front door outside",
    ),
    pytest.param(
        put([HOOK | {"workload": "Deployment other/web"}], "hooks"),
        "hooks[0].workload: namespace 'other' is not migrated  allowed: shop, warehouse",
        id="a hook outside",
    ),
    pytest.param(
        put([HOOK | {"workload": "CronJob shop/nightly"}], "hooks"),
        "hooks[0].workload: pods of a CronJob come and go; name a Deployment, StatefulSet or DaemonSet",
        id="a hook of pods that come and go",
    ),
    pytest.param(
        put([HOOK, HOOK], "hooks"),
        "hooks[1].name: 'flush' is the name of hooks[0], too; names must differ",
        id="two hooks of one name",
    ),
    pytest.param(
        put("shop.lab", "front_door", "dns", "record"),
        "front_door.dns.record: 'shop.lab' does not fit  allowed: a fully qualified name with its final dot",
        id="a record without final dot",
    ),
    pytest.param(
        put(None, "front_door", "dns"),
        "front_door: lacks what is switched; give exactly one of dns and elb",
        id="nothing to switch",
    ),
    pytest.param(
        put(ELB, "front_door", "elb"),
        "front_door: names dns and elb; give exactly one of dns and elb",
        id="a record and a load balancer",
    ),
    pytest.param(
        by_elb(listeners=[{"id": "web"}, {"id": "web"}]),
        "front_door.elb.listeners[1].id: 'web' is that of listeners[0], too; remove one",
        id="a listener twice",
    ),
    pytest.param(
        by_elb(subnet="nodes"),
        "front_door.elb.subnet: stands with members: nodes only; a load balancer becomes a member by its IP alone",
        id="a subnet of a load balancer",
    ),
    pytest.param(
        by_elb(listeners=[]),
        "front_door.elb.listeners: list should have at least 1",
        id="no listener",
    ),
    pytest.param(
        put("/sequences", "front_door", "probe", "written", "path"),
        "front_door.probe.written.path: lacks {client}",
        id="no placeholder",
    ),
    pytest.param(
        put({"name": "empty"}, "checks", 0), "checks[0]: says nothing to check  allowed:", id="an empty check"
    ),
    pytest.param(
        put({"database": "gone", "query": "select 1", "expect": "1"}, "checks", 2, "sql"),
        "checks[2].sql.database: 'gone' is not the name of an entry in databases  allowed: shop-orders, warehouse-stock",
        id="an unknown database",
    ),
    pytest.param(
        put({"name": "both", "tcp": {"host": "a", "port": 1}, "http": {"path": "/"}}, "checks", 0),
        "checks[0]: has http and tcp; make a check of each  allowed: exactly one of http, sql, tcp, job",
        id="two checks in one",
    ),
    pytest.param(
        put({"name": "port", "tcp": {"port": 1}}, "checks", 0),
        "checks[0].tcp: has neither service nor host  allowed: exactly one of service, host",
        id="a port of nothing",
    ),
    pytest.param(
        put({"database": "shop-orders", "query": "select 1"}, "checks", 2, "sql"),
        "checks[2].sql: has neither expect nor same_as_source",
        id="a query that expects nothing",
    ),
    pytest.param(
        put([{"path": "$.[", "equals": 1}], "checks", 0, "http", "json"),
        "checks[0].http.json[0].path: '$.[' is no JSON path",
        id="a path that is none",
    ),
    pytest.param(
        put([{"path": "$.a"}], "checks", 0, "http", "json"),
        "checks[0].http.json[0]: has neither equals nor same_as_source",
        id="a value that is not expected",
    ),
    pytest.param(
        put(
            {"path": "/", "method": "POST", "json": [{"path": "$.a", "same_as_source": True}]},
            "checks",
            0,
            "http",
        ),
        "checks[0].http.json[0].same_as_source: the source is not asked a POST: it may change something; write equals",
        id="a write that is expected as on the source",
    ),
    pytest.param(
        put({"name": "job", "job": {"cron_job": "other/report"}}, "checks", 0),
        "checks[0].job.cron_job: namespace 'other' is not migrated  allowed: shop, warehouse",
        id="a CronJob outside",
    ),
    pytest.param(
        put("Pod", "checks", 5, "job", "manifest", "kind"),
        "checks[5].job.manifest: is not the manifest of a Job  allowed: apiVersion batch/v1, kind Job",
        id="a check by a Pod",
    ),
    pytest.param(
        put(1.5, "cutover", "most_failed_share"),
        "cutover.most_failed_share: 1.5 is out of range  allowed: less than or equal to 1",
        id="a share above one",
    ),
    pytest.param(
        put([{"start": "22 h", "end": "04:00"}], "cutover", "windows"),
        "cutover.windows[0].start: '22 h' is not a time of day; write HH:MM",
        id="a window without a time of day",
    ),
    pytest.param(
        put([{"start": "22:00", "end": "04:00", "time_zone": "CET+1"}], "cutover", "windows"),
        "cutover.windows[0].time_zone: 'CET+1' is not a time zone",
        id="a window in no time zone",
    ),
    pytest.param(
        put([{"first": "2026-12-20", "last": "2026-12-01", "reason": "x"}], "cutover", "freezes"),
        "cutover.freezes[0]: last day 2026-12-01 lies before the first, 2026-12-20",
        id="a freeze that ends before it begins",
    ),
    pytest.param(put([1], "cutover"), "cutover: must be a mapping  allowed fields: windows", id="a list"),
]


@pytest.mark.parametrize(("change", "expected"), REFUSALS)
def test_a_broken_rule_is_refused_with_its_reason(change: Change, expected: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load_definition(definition_text(change))

    (problem,) = caught.value.problems
    assert problem.startswith(expected)


def test_a_key_that_yaml_reads_as_true_is_explained() -> None:
    change = put([{"kind": "slack", "connection": "ops", True: ["failed"]}], "notifications")
    with pytest.raises(
        DefinitionError, match="YAML reads a bare `on` or `yes` as true; the field is called events"
    ):
        load_definition(definition_text(change))
