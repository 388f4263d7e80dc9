"""Objects of removed API versions are written in those that took their place, with the change of their fields."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from include.adaptation.context import AdaptationContext
from include.adaptation.conversions import can_be_converted, converted
from include.adaptation.conversions.converting import CONVERSIONS
from include.adaptation.conversions.others import NO_POD
from include.adaptation.rules import api_versions
from include.errors import PermanentError
from include.inventory.findings.removed_apis import REMOVED
from tests.builders.goldens import golden_context

OPEN = "x-kubernetes-preserve-unknown-fields"


def written(api_version: str, kind: str, **fields: Any) -> dict[str, Any]:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": "web", "namespace": "shop"},
        **fields,
    }


def template(**labels: str) -> dict[str, Any]:
    return {"metadata": {"labels": labels}, "spec": {"containers": []}}


def metric(**source: Any) -> dict[str, Any]:
    return {"metrics": [source]}


CASES = [
    pytest.param(
        written("extensions/v1beta1", "Deployment", spec={"rollbackTo": {}, "template": template(app="web")}),
        written(
            "apps/v1",
            "Deployment",
            spec={"template": template(app="web"), "selector": {"matchLabels": {"app": "web"}}},
        ),
        id="the selector of a Deployment was its template's labels",
    ),
    pytest.param(
        written(
            "apps/v1beta1",
            "Deployment",
            spec={"selector": {"matchLabels": {"a": "b"}}, "template": template(a="b")},
        ),
        written(
            "apps/v1",
            "Deployment",
            spec={"selector": {"matchLabels": {"a": "b"}}, "template": template(a="b")},
        ),
        id="a selector that is there stays",
    ),
    pytest.param(
        written(
            "extensions/v1beta1", "DaemonSet", spec={"templateGeneration": 3, "template": template(app="a")}
        ),
        written(
            "apps/v1",
            "DaemonSet",
            spec={
                "template": template(app="a"),
                "selector": {"matchLabels": {"app": "a"}},
                "updateStrategy": {"type": "OnDelete"},
            },
        ),
        id="a DaemonSet left running pods alone",
    ),
    pytest.param(
        written("batch/v1beta1", "CronJob", spec={"schedule": "@daily"}),
        written("batch/v1", "CronJob", spec={"schedule": "@daily"}),
        id="a CronJob changes its version alone",
    ),
    pytest.param(
        written(
            "extensions/v1beta1",
            "Ingress",
            spec={
                "rules": [{"http": {"paths": [{"backend": {"serviceName": "web", "servicePort": "8080"}}]}}]
            },
        ),
        written(
            "networking.k8s.io/v1",
            "Ingress",
            spec={
                "rules": [
                    {
                        "http": {
                            "paths": [
                                {
                                    "backend": {"service": {"name": "web", "port": {"number": 8080}}},
                                    "pathType": "ImplementationSpecific",
                                }
                            ]
                        }
                    }
                ]
            },
        ),
        id="a port in quotes is a number",
    ),
    pytest.param(
        written("policy/v1beta1", "PodDisruptionBudget", spec={"minAvailable": 1, "selector": {}}),
        written(
            "policy/v1",
            "PodDisruptionBudget",
            spec={
                "minAvailable": 1,
                "selector": {"matchExpressions": [{"key": NO_POD, "operator": "Exists"}]},
            },
        ),
        id="an empty selector meant no pod",
    ),
    pytest.param(
        written(
            "autoscaling/v2beta1",
            "HorizontalPodAutoscaler",
            spec=metric(type="Resource", resource={"name": "cpu", "targetAverageUtilization": 70}),
        ),
        written(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            spec=metric(
                type="Resource",
                resource={"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
            ),
        ),
        id="a resource to scale by",
    ),
    pytest.param(
        written(
            "autoscaling/v2beta1",
            "HorizontalPodAutoscaler",
            spec=metric(
                type="Object",
                object={
                    "metricName": "hits",
                    "target": {"apiVersion": "extensions/v1beta1", "kind": "Deployment", "name": "web"},
                    "targetValue": "2k",
                },
            ),
        ),
        written(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            spec=metric(
                type="Object",
                object={
                    "metric": {"name": "hits"},
                    "describedObject": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
                    "target": {"type": "Value", "value": "2k"},
                },
            ),
        ),
        id="an object to scale by",
    ),
    pytest.param(
        written(
            "autoscaling/v2beta1",
            "HorizontalPodAutoscaler",
            spec=metric(
                type="External",
                external={"metricName": "q", "metricSelector": {"a": "b"}, "targetAverageValue": "5"},
            ),
        ),
        written(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            spec=metric(
                type="External",
                external={
                    "metric": {"name": "q", "selector": {"a": "b"}},
                    "target": {"type": "AverageValue", "averageValue": "5"},
                },
            ),
        ),
        id="an outside metric to scale by",
    ),
    pytest.param(
        written(
            "autoscaling/v1",
            "HorizontalPodAutoscaler",
            spec={"scaleTargetRef": {"apiVersion": "apps/v1beta2"}},
        ),
        written(
            "autoscaling/v1", "HorizontalPodAutoscaler", spec={"scaleTargetRef": {"apiVersion": "apps/v1"}}
        ),
        id="an autoscaler that points to a removed version",
    ),
    pytest.param(
        written("rbac.authorization.k8s.io/v1beta1", "Role", rules=[]),
        written("rbac.authorization.k8s.io/v1", "Role", rules=[]),
        id="a Role",
    ),
    pytest.param(
        written(
            "admissionregistration.k8s.io/v1beta1",
            "ValidatingWebhookConfiguration",
            webhooks=[{"name": "w", "sideEffects": "None", "timeoutSeconds": 5}],
        ),
        written(
            "admissionregistration.k8s.io/v1",
            "ValidatingWebhookConfiguration",
            webhooks=[
                {
                    "name": "w",
                    "sideEffects": "None",
                    "timeoutSeconds": 5,
                    "failurePolicy": "Ignore",
                    "matchPolicy": "Exact",
                    "admissionReviewVersions": ["v1beta1"],
                }
            ],
        ),
        id="the defaults of a webhook are written out",
    ),
    pytest.param(
        written(
            "apiextensions.k8s.io/v1beta1",
            "CustomResourceDefinition",
            spec={
                "group": "g",
                "version": "v1",
                "validation": {"openAPIV3Schema": {"properties": {"a": {"type": "string"}}}},
                "additionalPrinterColumns": [{"name": "A", "JSONPath": ".a"}],
                "subresources": {"status": {}},
                "conversion": {"strategy": "None"},
            },
        ),
        written(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            spec={
                "group": "g",
                "versions": [
                    {
                        "name": "v1",
                        "served": True,
                        "storage": True,
                        "subresources": {"status": {}},
                        "additionalPrinterColumns": [{"name": "A", "jsonPath": ".a"}],
                        "schema": {
                            "openAPIV3Schema": {
                                "type": "object",
                                "properties": {"a": {"type": "string"}},
                                OPEN: True,
                            }
                        },
                    }
                ],
                "conversion": {"strategy": "None"},
            },
        ),
        id="a definition says at each version what it said once",
    ),
    pytest.param(
        written(
            "apiextensions.k8s.io/v1beta1",
            "CustomResourceDefinition",
            spec={
                "preserveUnknownFields": False,
                "versions": [
                    {"name": "v1", "schema": {"openAPIV3Schema": {"type": "object"}}},
                    {"name": "v2"},
                ],
                "conversion": {"strategy": "Webhook", "webhookClientConfig": {"url": "https://x"}},
            },
        ),
        written(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            spec={
                "versions": [
                    {"name": "v1", "schema": {"openAPIV3Schema": {"type": "object"}}},
                    {"name": "v2", "schema": {"openAPIV3Schema": {"type": "object", OPEN: True}}},
                ],
                "conversion": {
                    "strategy": "Webhook",
                    "webhook": {
                        "clientConfig": {"url": "https://x"},
                        "conversionReviewVersions": ["v1beta1"],
                    },
                },
            },
        ),
        id="a definition with a webhook and a version without schema",
    ),
    pytest.param(
        written(
            "discovery.k8s.io/v1beta1",
            "EndpointSlice",
            endpoints=[
                {"topology": {"kubernetes.io/hostname": "n", "topology.kubernetes.io/zone": "z", "x": "y"}}
            ],
        ),
        written("discovery.k8s.io/v1", "EndpointSlice", endpoints=[{"nodeName": "n", "zone": "z"}]),
        id="the topology of an endpoint",
    ),
    pytest.param(
        written(
            "flowcontrol.apiserver.k8s.io/v1beta2",
            "PriorityLevelConfiguration",
            spec={"limited": {"assuredConcurrencyShares": 5}},
        ),
        written(
            "flowcontrol.apiserver.k8s.io/v1",
            "PriorityLevelConfiguration",
            spec={"limited": {"nominalConcurrencyShares": 5}},
        ),
        id="the shares of a priority level",
    ),
    pytest.param(
        written("node.k8s.io/v1alpha1", "RuntimeClass", spec={"runtimeHandler": "runsc", "overhead": {}}),
        written("node.k8s.io/v1", "RuntimeClass", handler="runsc", overhead={}),
        id="the handler of a runtime class",
    ),
    pytest.param(
        {"apiVersion": "v1", "kind": "List", "items": [written("batch/v1beta1", "CronJob", spec={})]},
        {"apiVersion": "v1", "kind": "List", "items": [written("batch/v1", "CronJob", spec={})]},
        id="the entries of a List",
    ),
]


@pytest.mark.parametrize(("old", "new"), CASES)
def test_an_object_is_written_in_a_version_that_is_served(old: dict[str, Any], new: dict[str, Any]) -> None:
    given = copy.deepcopy(old)
    context: AdaptationContext = golden_context()

    assert api_versions.apply(old, context) == new
    assert old == given, "the given object stays as it is"
    assert api_versions.apply(new, context) == new, "a second time changes nothing"


@pytest.mark.parametrize("kind", ["Deployment", "ConfigMap", "Campaign"])
def test_what_is_in_a_served_version_stays_as_it_is(kind: str) -> None:
    obj = written("apps/v1", kind, spec={})
    assert converted(obj) is obj


@pytest.mark.parametrize("effects", [{}, {"sideEffects": "Some"}])
def test_a_webhook_with_unknown_effects_is_refused(effects: dict[str, str]) -> None:
    obj = written(
        "admissionregistration.k8s.io/v1beta1",
        "MutatingWebhookConfiguration",
        webhooks=[{"name": "w", **effects}],
    )
    with pytest.raises(
        PermanentError, match=r"webhook w has sideEffects (Unknown|Some), which .* set it to None"
    ):
        converted(obj)


def test_every_version_the_findings_know_as_removed_is_converted() -> None:
    served = {version for version, _ in CONVERSIONS}
    assert REMOVED.keys() - served == set()


def test_no_conversion_ends_in_another_removed_version() -> None:
    assert [version for version, _ in CONVERSIONS.values() if version in REMOVED] == []


def test_pod_security_policies_have_no_successor() -> None:
    assert not can_be_converted("policy/v1beta1", "PodSecurityPolicy")
