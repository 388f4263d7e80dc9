"""Objects as a rehearsal has them: with its namespaces, and with nothing that a real one holds alone."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from include.inventory.moved_addresses import Move, longest_first, rewrite
from include.inventory.run_moves import service_moves
from include.planning.model import PlanItem
from include.rehearsal.adapting import as_rehearsed, endpoint_slice
from include.rehearsal.planning import rehearsed_rows

NAMESPACES = {"shop": "shop-rehearsal", "stock": "stock-rehearsal"}
NAME = "kubernetes.io/metadata.name"


def service(**spec: Any) -> dict[str, Any]:
    annotations = {"kubernetes.io/elb.id": "a", "team": "b"}
    metadata = {"name": "web", "namespace": "shop", "annotations": annotations}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def test_a_load_balancer_becomes_a_service_inside() -> None:
    spec = {"type": "LoadBalancer", "loadBalancerIP": "1.2.3.4", "ports": [{"port": 80, "nodePort": 30000}]}
    before = service(**spec)
    kept = copy.deepcopy(before)

    found = as_rehearsed(before, NAMESPACES)

    assert found["spec"] == {"type": "ClusterIP", "ports": [{"port": 80}]}
    assert found["metadata"]["annotations"] == {"team": "b"}
    assert before == kept


def test_a_service_inside_stays_as_it_is() -> None:
    before = service(selector={"app": "web"}, ports=[{"port": 80}])
    assert as_rehearsed(before, NAMESPACES) == before


def test_a_name_that_became_an_address_is_served_by_a_slice() -> None:
    external = service(type="ExternalName", externalName="pg.source.lab")
    found = endpoint_slice(external, [Move("a", "pg.source.lab", "10.0.0.7")])

    assert found is not None
    assert (found["addressType"], found["endpoints"]) == ("IPv4", [{"addresses": ["10.0.0.7"]}])
    assert found["metadata"]["labels"]["kubernetes.io/service-name"] == "web"
    rewritten = service(type="ExternalName", externalName="10.0.0.7")
    assert as_rehearsed(rewritten, NAMESPACES)["spec"]["clusterIP"] == "None"


def test_a_name_that_stays_one_needs_no_slice() -> None:
    assert endpoint_slice(service(type="ExternalName", externalName="a.example"), []) is None
    assert endpoint_slice(service(), []) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            {"kind": "ServiceAccount", "name": "a", "namespace": "shop"},
            {"namespace": "shop-rehearsal", "name": "a"},
        ),
        ({"kind": "ServiceAccount", "name": "a", "namespace": "other"}, {"namespace": "other", "name": "a"}),
        (
            {"kind": "Group", "name": "system:serviceaccounts:shop"},
            {"name": "system:serviceaccounts:shop-rehearsal"},
        ),
        (
            {"kind": "User", "name": "system:serviceaccount:shop:a"},
            {"name": "system:serviceaccount:shop-rehearsal:a"},
        ),
        ({"kind": "User", "name": "shop"}, {"name": "shop"}),
    ],
)
@pytest.mark.parametrize("kind", ["RoleBinding", "ClusterRoleBinding"])
def test_bindings_name_accounts_of_the_rehearsal(
    kind: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    found = as_rehearsed({"kind": kind, "metadata": {"name": "a"}, "subjects": [before]}, NAMESPACES)
    assert found["subjects"] == [{"kind": before["kind"], **after}]


def test_network_policies_choose_the_rehearsal_s_namespaces() -> None:
    by_label = {"namespaceSelector": {"matchLabels": {NAME: "stock", "team": "shop"}}}
    by_expression = {
        "namespaceSelector": {"matchExpressions": [{"key": NAME, "operator": "In", "values": ["shop", "x"]}]}
    }
    spec = {"ingress": [{"from": [by_label, {"podSelector": {}}]}], "egress": [{"to": [by_expression]}]}

    found = as_rehearsed({"kind": "NetworkPolicy", "metadata": {}, "spec": spec}, NAMESPACES)["spec"]

    assert found["ingress"][0]["from"][0]["namespaceSelector"]["matchLabels"] == {
        NAME: "stock-rehearsal",
        "team": "shop",
    }
    (chosen,) = found["egress"][0]["to"][0]["namespaceSelector"]["matchExpressions"]
    assert chosen["values"] == ["shop-rehearsal", "x"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://api.shop:8080", "http://api.shop-rehearsal:8080"),
        ("http://api.shop.svc.cluster.local/a", "http://api.shop-rehearsal.svc.cluster.local/a"),
        ("api.shop.svc", "api.shop-rehearsal.svc"),
        ("http://api.shop.example.com", "http://api.shop.example.com"),
        ("http://api:8080", "http://api:8080"),
        ("my-api.shop:1", "my-api.shop:1"),
    ],
)
def test_services_are_called_in_the_rehearsal_s_namespaces(text: str, expected: str) -> None:
    services = [
        {"metadata": {"name": "api", "namespace": "shop"}},
        {"metadata": {"name": "x", "namespace": "other"}},
    ]
    assert rewrite(text, longest_first(service_moves(services, NAMESPACES)))[0] == expected


def row(kind: str, resource: str, namespace: str | None, phase: str = "adaptation") -> PlanItem:
    details = {"resource": resource, "namespace": namespace, "name": "a"}
    return PlanItem(key="a", phase=phase, kind=kind, source="a", target="a", action="adapt", details=details)


@pytest.mark.parametrize(
    ("planned", "action"),
    [
        (row("object", "deployments.apps", "shop"), "adapt"),
        (row("object", "namespaces", None), "adapt"),
        (row("object", "clusterroles.rbac.authorization.k8s.io", None), "exclude"),
        (row("object", "ingresses.networking.k8s.io", "shop"), "exclude"),
        (row("webhook", "any", None, "cutover"), "exclude"),
        (row("service", "any", "shop", "verification"), "exclude"),
        (row("name", "any", "shop", "verification"), "exclude"),
        (row("ingress", "any", "shop", "verification"), "exclude"),
        (row("mount", "any", "shop", "verification"), "adapt"),
        (row("image", "", None, "swr_image_sync"), "adapt"),
    ],
)
def test_what_exists_once_is_left_out_with_a_reason(planned: PlanItem, action: str) -> None:
    (found,) = rehearsed_rows([planned])
    assert found.action == action
    assert bool(found.details.get("reason")) == (action == "exclude")
