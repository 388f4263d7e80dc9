"""The cloud's own controllers of one cluster, as a process: `python -m lab.clusters.controllers source|target`."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable

import httpx

from lab import addresses
from lab.cloud.signing import Signed
from lab.clusters.api import ApiError, ClusterApi
from lab.clusters.balancers import BalancersOfServices, Elb
from lab.clusters.free_addresses import FreeAddresses
from lab.clusters.load_balancers import AddressBook, LoadBalancers
from lab.clusters.pull_secrets import PullSecrets
from lab.clusters.settings import SOURCE_CLUSTER, ClusterSettings, target_cluster
from lab.secrets import secrets

PASS_SECONDS = 0.5

logger = logging.getLogger(__name__)


def main(name: str) -> None:
    """Pass over the cluster twice a second for ever; a server that does not answer is waited for."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    settings = SOURCE_CLUSTER if name == SOURCE_CLUSTER.name else target_cluster()
    with ClusterApi(settings.kubeconfig) as api:
        passes: list[Callable[[], None]] = [LoadBalancers(settings, api, _book(settings, api)).pass_once]
        if name == "target":
            passes.append(PullSecrets(api).pass_once)
        while True:
            for pass_once in passes:
                _try(pass_once)
            time.sleep(PASS_SECONDS)


def _book(settings: ClusterSettings, api: ClusterApi) -> AddressBook:
    if settings is SOURCE_CLUSTER:
        return FreeAddresses(settings.addresses.load_balancers, settings.data / "load-balancers.json")
    known = secrets()
    login = Signed(known["obs_ak"], known["obs_sk"], addresses.PROJECT_ID)
    url = f"http://{addresses.CLOUD}:{addresses.HTTP_PORT}"
    client = httpx.Client(base_url=url, auth=login, timeout=5, trust_env=False)
    return BalancersOfServices(Elb(client), api, settings.data / "made-load-balancers.json")


def _try(pass_once: Callable[[], None]) -> None:
    try:
        pass_once()
    except (ApiError, httpx.HTTPError, RuntimeError) as error:
        logger.warning("%s: trying again", error)
        time.sleep(PASS_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1])
