"""Lead customers who still know the source's address on to the target: their resolver, or their own cache, outlives the record's TTL.

The source's Service of the front door loses its selector, and gets the target's load balancer as its only endpoint.
"""

from __future__ import annotations

import ipaddress
import logging
from typing import TYPE_CHECKING, Any

from include.adaptation.hold import redirect_patch, release_patch, remembered
from include.cutover.service import service_addresses
from include.errors import MigrationError, PermanentError
from include.labels import OWNER

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
# https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors
SERVICE_NAME = "kubernetes.io/service-name"

Manifest = dict[str, Any]


def redirect_source(run: MigrationRun) -> bool:
    """Let the source's Service lead to the target's load balancer, if the definition wants it; say whether it does.

    Customers with the new address are served already, so what goes wrong is told, and fails nothing.
    """
    if not run.definition.cutover.redirect_source:
        return False
    try:
        _redirect(run)
    except MigrationError as error:
        logger.warning("Customers with an old answer of the DNS wait until it ends: %s", error)
        return False
    logger.info("Service %s, source cluster: leads on to the target", run.definition.front_door.service)
    return True


def end_redirect(run: MigrationRun) -> bool:
    """Let the source's Service lead to the source's pods again, whichever run redirected it; say whether one had."""
    path = _service_path(run)
    service = run.source.find(path)
    if service is None or remembered(service) is None:
        return False
    run.source.patch(path, release_patch(service))
    run.source.delete(_slice_path(run))
    logger.info("Service %s, source cluster: leads to its own pods again", run.definition.front_door.service)
    return True


def _redirect(run: MigrationRun) -> None:
    path = _service_path(run)
    service = run.source.get(path)
    # The endpoint comes first: from the loss of the selector on it is the only one.
    run.source.apply(_slice(run, service))
    if remembered(service) is None:
        run.source.patch(path, redirect_patch(service))
    run.ledger.event("source redirected", service=run.definition.front_door.service)


def _slice(run: MigrationRun, service: Manifest) -> Manifest:
    namespace, name = run.definition.front_door.service.split("/")
    addresses = [ipaddress.ip_address(address) for address in _numbered(service_addresses(run, "target"))]
    if not addresses:
        raise PermanentError(
            f"Service {namespace}/{name}, target cluster: its load balancer has a name and no address, which no endpoint can have"
        )
    ports = [
        {"name": port.get("name") or "", "port": port["port"], "protocol": port.get("protocol", "TCP")}
        for port in service["spec"]["ports"]
    ]
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": _slice_name(name),
            "namespace": namespace,
            "labels": {SERVICE_NAME: name, MANAGED_BY: "cce-migration", OWNER: run.definition.name},
        },
        "addressType": f"IPv{addresses[0].version}",
        "endpoints": [{"addresses": [str(addresses[0])], "conditions": {"ready": True}}],
        "ports": ports,
    }


def _numbered(addresses: list[str]) -> list[str]:
    return [address for address in addresses if address.replace(".", "").isdigit() or ":" in address]


def _slice_name(service: str) -> str:
    return f"cce-migration-{service}"


def _service_path(run: MigrationRun) -> str:
    namespace, name = run.definition.front_door.service.split("/")
    return f"/api/v1/namespaces/{namespace}/services/{name}"


def _slice_path(run: MigrationRun) -> str:
    namespace, name = run.definition.front_door.service.split("/")
    return f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices/{_slice_name(name)}"
