"""Every name and address of the lab, from the benchmarking range 198.18.0.0/15, which is nobody's network."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network

BRIDGE = "ccelab0"
BRIDGE_ADDRESS = "198.18.0.1"
NETWORK = "198.18.0.0/16"
PREFIX_LENGTH = 16

DNS = "198.18.0.53"
DNS_PORT = 53
DNS_ZONE = "lab."
DNS_KEY_NAME = "cce-lab"
DNS_KEY_ALGORITHM = "hmac-sha256"

LAB_POSTGRES = "198.18.0.5"
SOURCE_REGISTRY = "198.18.0.10"
SWR = "198.18.0.11"
SOURCE_S3 = "198.18.0.12"
OBS = "198.18.0.13"
SOURCE_POSTGRES = "198.18.0.14"
TARGET_POSTGRES = "198.18.0.15"
SOURCE_MARIADB = "198.18.0.16"
TARGET_MARIADB = "198.18.0.17"
CLOUD = "198.18.0.18"

HTTP_PORT = 80
POSTGRES_PORT = 5432
MARIADB_PORT = 3306

AIRFLOW_HOST = "airflow.lab"
SOURCE_REGISTRY_HOST = "registry.source.lab"
SWR_HOST = "swr.eu-de.lab"
SOURCE_S3_HOST = "s3.source.lab"
OBS_HOST = "obs.eu-de.lab"
SOURCE_POSTGRES_HOST = "pg.source.lab"
TARGET_POSTGRES_HOST = "pg.rds.lab"
SOURCE_MARIADB_HOST = "mariadb.source.lab"
TARGET_MARIADB_HOST = "mariadb.rds.lab"
SHOP_HOST = "shop.lab"

REGION = "eu-de"
ZONES = tuple(f"{REGION}-0{number}" for number in (1, 2, 3))
PROJECT_ID = "1ab00000000000000000000000000001"
DOMAIN_ID = "1ab00000000000000000000000000000"
# SWR's registry has a name of its own: swr.eu-de.lab
CLOUD_HOSTS = {
    "cce": f"cce.{REGION}.lab",
    "ecs": f"ecs.{REGION}.lab",
    "vpc": f"vpc.{REGION}.lab",
    "swr": f"swr-api.{REGION}.lab",
    "rds": f"rds.{REGION}.lab",
    "dns": f"dns.{REGION}.lab",
    "elb": f"elb.{REGION}.lab",
    "iam": f"iam.{REGION}.lab",
    "drs": f"drs.{REGION}.lab",
    "oms": f"oms.{REGION}.lab",
}
SOURCE_REGISTRY_USER = "lab"

HOST_NAMES = {
    AIRFLOW_HOST: LAB_POSTGRES,
    SOURCE_REGISTRY_HOST: SOURCE_REGISTRY,
    SWR_HOST: SWR,
    SOURCE_S3_HOST: SOURCE_S3,
    f"*.{SOURCE_S3_HOST}": SOURCE_S3,
    OBS_HOST: OBS,
    f"*.{OBS_HOST}": OBS,
    SOURCE_POSTGRES_HOST: SOURCE_POSTGRES,
    TARGET_POSTGRES_HOST: TARGET_POSTGRES,
    SOURCE_MARIADB_HOST: SOURCE_MARIADB,
    TARGET_MARIADB_HOST: TARGET_MARIADB,
    **dict.fromkeys(CLOUD_HOSTS.values(), CLOUD),
}

SERVICE_ADDRESSES = (
    DNS,
    LAB_POSTGRES,
    SOURCE_REGISTRY,
    SWR,
    SOURCE_S3,
    OBS,
    SOURCE_POSTGRES,
    TARGET_POSTGRES,
    SOURCE_MARIADB,
    TARGET_MARIADB,
    CLOUD,
)


@dataclass(frozen=True)
class Machine:
    """A machine of the lab, on which a node can run: one network namespace on the bridge."""

    name: str
    address: str

    @property
    def netns(self) -> str:
        """Return the name of its network namespace."""
        return f"ccelab-{self.name}"

    @property
    def link(self) -> str:
        """Return the name of its network device on the bridge, which has 15 characters at most."""
        return f"ccelab-{self.name.replace('-node', '')}"


@dataclass(frozen=True)
class ClusterAddresses:
    """The machines of one cluster and its ranges of addresses. The control plane runs on the first machine."""

    name: str
    machines: tuple[Machine, ...]
    pods: str
    services: str
    load_balancers: str
    api_port: int = 6443

    @property
    def master(self) -> Machine:
        """Return the machine of the control plane, which has the load balancers' addresses as well."""
        return self.machines[0]

    @property
    def api(self) -> str:
        """Return the API server's URL."""
        return f"https://{self.master.address}:{self.api_port}"

    def pods_of(self, machine: Machine) -> str:
        """Return the block of the pods' addresses on a machine, as a VPC router gives one to each node."""
        blocks = ip_network(self.pods).subnets(prefixlen_diff=2)
        return str(list(blocks)[self.machines.index(machine)])


SOURCE = ClusterAddresses(
    name="source",
    machines=(Machine("source-node-1", "198.18.1.10"),),
    pods="198.19.0.0/18",
    services="198.19.64.0/18",
    load_balancers="198.18.10.0/24",
)
# What the cloud has to give: a cluster is made of it when one is ordered.
TARGET = ClusterAddresses(
    name="target",
    machines=tuple(Machine(f"target-node-{number}", f"198.18.2.1{number - 1}") for number in (1, 2, 3)),
    pods="198.19.128.0/18",
    services="198.19.192.0/18",
    load_balancers="198.18.20.0/24",
)
CLUSTERS = (SOURCE, TARGET)
MACHINES = (*SOURCE.machines, *TARGET.machines)
