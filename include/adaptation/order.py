"""Say in which order the rules of the pack run."""

from __future__ import annotations

# Bring an object into the form that the other rules read, in this order: held workloads get their replicas back, what
# the server wrote goes, and what is left is written in a version that the target serves. Later rules may go on from there.
NORMALIZING = ("source_hold", "server_fields", "api_versions")
# Each sets paths of its own, so that any order gives the same; two that set one path to different values are an error.
ADAPTING = (
    "claims",
    "cloud_identities",
    "cni_annotations",
    "custom_pod_specs",
    "custom_storage_classes",
    "host_path_claims",
    "images",
    "ingress",
    "ingress_backends",
    "jobs",
    "load_balancer",
    "manual_endpoints",
    "moved_addresses",
    "node_choice",
    "pod_classes",
    "pod_security",
    "pull_secret",
    "quota_classes",
    "rbac_groups",
    "recreate",
    "service_accounts",
    "service_addresses",
    "tolerations",
    "topology_keys",
)
ORDER = (*NORMALIZING, *ADAPTING)
