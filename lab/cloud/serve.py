"""The cloud's process in the lab: `python -m lab.cloud.serve`, with the lab's own servers behind it."""

from __future__ import annotations

import logging

import dns.tsig
from starlette.applications import Starlette

from lab import addresses, paths
from lab.cloud.accounts import AccessKey, Account
from lab.cloud.assembly import Backends, cloud, server
from lab.cloud.backends.cluster import TargetCluster
from lab.cloud.backends.fronts import Fronts
from lab.cloud.backends.image_registry import ImageRegistry
from lab.cloud.backends.mariadb import Mariadb
from lab.cloud.backends.name_server import NameServer
from lab.cloud.backends.object_store import ObjectStore
from lab.cloud.backends.ordered_server import OrderedServer
from lab.cloud.backends.postgresql import Postgresql
from lab.cloud.calls import Region
from lab.cloud.progress import Clock
from lab.cloud.store import Store
from lab.clusters.pull_secrets import swr_login
from lab.execution import run
from lab.secrets import secrets
from lab.services import mariadb, postgres

# the source's S3 stands for a region of another cloud
OBJECT_STORES = {
    ("AWS", "us-east-1"): ObjectStore(f"http://{addresses.SOURCE_S3_HOST}", "us-east-1", "path"),
    ("HuaweiCloud", addresses.REGION): ObjectStore(f"http://{addresses.OBS_HOST}", addresses.REGION),
}
# the one that the lab's migration binds Services to
EXISTING_BALANCERS = {"00000000-0000-4000-8000-000000000020": ("shop", "198.18.20.32")}


def account(known: dict[str, str]) -> Account:
    """Return the lab's account: its access key is the one of OBS, and the login of SWR is made of it."""
    keys = {known["obs_ak"]: AccessKey(known["obs_sk"])}
    return Account(addresses.PROJECT_ID, addresses.DOMAIN_ID, addresses.REGION, keys)


def backends(known: dict[str, str]) -> Backends:
    """Return the lab's servers that are behind the services: those that are there, and those that wait for an order."""
    login = swr_login(known["obs_ak"], known["obs_sk"])
    key = dns.tsig.Key(addresses.DNS_KEY_NAME, known["tsig_key"], addresses.DNS_KEY_ALGORITHM)
    return Backends(
        registry=ImageRegistry(addresses.SWR_HOST, f"http://{addresses.SWR}", login),
        registry_login=login,
        name_server=NameServer(addresses.DNS, addresses.DNS_PORT, addresses.DNS_ZONE, key),
        database_servers={server.part: server for server in _database_servers(known)},
        load_balancers=addresses.TARGET.load_balancers,
        fronts=Fronts(on_the_bridge),
        cluster=TargetCluster(paths.TARGET_KUBECONFIG),
        existing_balancers=EXISTING_BALANCERS,
        object_stores=OBJECT_STORES,
    )


def on_the_bridge(address: str) -> str:
    """Take a load balancer's address onto the lab's bridge, where this process listens for it."""
    run(["ip", "address", "replace", f"{address}/32", "dev", addresses.BRIDGE])
    return address


def _database_servers(known: dict[str, str]) -> list[OrderedServer]:
    return [
        OrderedServer(
            part="target-postgres",
            engine=Postgresql.engine,
            installed_version=lambda: postgres.binaries().parent.name,
            address=addresses.TARGET_POSTGRES,
            port=addresses.POSTGRES_PORT,
            session=Postgresql,
            own_password=known["pg_target_password"],
        ),
        OrderedServer(
            part="target-mariadb",
            engine=Mariadb.engine,
            installed_version=mariadb.version,
            address=addresses.TARGET_MARIADB,
            port=addresses.MARIADB_PORT,
            session=Mariadb,
            own_password=known["mariadb_target_password"],
        ),
    ]


def assembled() -> Starlette:
    """Return the lab's cloud."""
    known = secrets()
    state = Store(paths.data_of("cloud") / "state.json")
    return cloud(Region(account(known), state, Clock(state)), backends(known))


def main() -> None:
    """Serve for ever."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    server(assembled(), addresses.CLOUD, addresses.HTTP_PORT).run()


if __name__ == "__main__":
    main()
