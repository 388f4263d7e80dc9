"""Order from the lab's cloud as a customer does, with the cloud's own SDK, without the product."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
from huaweicloudsdkcce.v3 import (
    Cluster,
    ClusterMetadata,
    ClusterSpec,
    ContainerNetwork,
    CreateClusterRequest,
    CreateNodePoolRequest,
    DeleteClusterRequest,
    HostNetwork,
    ListClustersRequest,
    Login,
    NodePool,
    NodePoolMetadata,
    NodePoolSpec,
    NodeTemplate,
    ServiceNetwork,
    ShowJobRequest,
    ShowNodePoolRequest,
    Volume,
)
from huaweicloudsdkelb.v3 import DeleteLoadBalancerRequest, ListLoadBalancersRequest
from huaweicloudsdkrds.v3 import (
    CreateInstanceRequest,
    Datastore,
    DeleteInstanceRequest,
    InstanceRequest,
    ListDatastoresRequest,
    ListFlavorsRequest,
    ListInstancesRequest,
)
from huaweicloudsdkrds.v3 import Volume as DatabaseVolume

from lab import addresses
from lab.connections import read_documents
from tests.contract.cloud import clients

Seen = TypeVar("Seen")
SECONDS = 180
CONNECTIONS = {"PostgreSQL": "target_postgres", "MariaDB": "target_mariadb"}
NOWHERE = "00000000-0000-0000-0000-000000000000"


def lab_service(service: str) -> Any:
    """Return a client of a service of the lab's cloud, by the connection that tasks get."""
    known = read_documents()["huawei_cloud"]
    extra = known["extra"]
    if service == "iam":
        credentials = clients.everywhere(known["login"], known["password"], addresses.DOMAIN_ID)
    else:
        credentials = clients.regional(known["login"], known["password"], extra["project_id"])
    return clients.open_client(service, extra["endpoints"][service], credentials)


def fault(operation: str, kind: str, **more: Any) -> None:
    """Let the next call of an operation of the lab's cloud suffer a fault."""
    document = {"operation": operation, "kind": kind, **more}
    url = f"http://{addresses.CLOUD_HOSTS['cce']}/_lab/faults"
    httpx.post(url, json=document, trust_env=False).raise_for_status()


def cluster_order(
    name: str, *, pods: str = addresses.TARGET.pods, services: str = addresses.TARGET.services, **spec: Any
) -> CreateClusterRequest:
    """Return the order of a cluster."""
    wanted: dict[str, Any] = {
        "category": "CCE",
        "type": "VirtualMachine",
        "flavor": "cce.s1.small",
        "version": "v1.34",
        "host_network": HostNetwork(vpc=NOWHERE, subnet=NOWHERE),
        "container_network": ContainerNetwork(mode="vpc-router", cidr=pods),
        "service_network": ServiceNetwork(i_pv4_cidr=services),
    }
    metadata = ClusterMetadata(name=name)
    body = Cluster(kind="Cluster", api_version="v3", metadata=metadata, spec=ClusterSpec(**(wanted | spec)))
    return CreateClusterRequest(body=body)


def pool_order(cluster: str, name: str, *, nodes: int = 2, **template: Any) -> CreateNodePoolRequest:
    """Return the order of a node pool."""
    wanted: dict[str, Any] = {
        "flavor": "s3.large.2",
        "az": "eu-de-01",
        "login": Login(ssh_key="lab"),
        "root_volume": Volume(size=50, volumetype="SAS"),
        "data_volumes": [Volume(size=100, volumetype="SAS")],
    }
    spec = NodePoolSpec(
        type="vm", initial_node_count=nodes, node_template=NodeTemplate(**(wanted | template))
    )
    body = NodePool(kind="NodePool", api_version="v3", metadata=NodePoolMetadata(name=name), spec=spec)
    return CreateNodePoolRequest(cluster_id=cluster, body=body)


def order_target(cce: Any, name: str, *, nodes: int = 2) -> str:
    """Order a cluster with nodes, wait until they are there, and return its id; one that is there is taken."""
    for known in cce.list_clusters(ListClustersRequest()).items:
        if known.metadata.name == name:
            return str(known.metadata.uid)
    made = cce.create_cluster(cluster_order(name))
    end_of_job(cce, made.status.job_id)
    order_pool(cce, pool_order(made.metadata.uid, "nodes", nodes=nodes))
    return str(made.metadata.uid)


def order_pool(cce: Any, order: CreateNodePoolRequest) -> str:
    """Order a node pool, wait until its nodes are there, and return its id."""
    pool = cce.create_node_pool(order).metadata.uid
    shown = cce.show_node_pool(ShowNodePoolRequest(cluster_id=order.cluster_id, nodepool_id=pool))
    end_of_job(cce, shown.status.job_id)
    return str(pool)


def remove_clusters(cce: Any) -> None:
    """Remove every cluster, and wait until it is gone."""
    for known in cce.list_clusters(ListClustersRequest()).items:
        end_of_job(cce, cce.delete_cluster(DeleteClusterRequest(cluster_id=known.metadata.uid)).status.job_id)


def remove_what_was_ordered() -> None:
    """Remove clusters, instances and the lab's load balancer from its cloud, so that a migration can make its own."""
    remove_clusters(lab_service("cce"))
    remove_instances(lab_service("rds"))
    remove_balancers(lab_service("elb"), "lab-front")


def remove_balancers(elb: Any, name: str) -> None:
    """Remove every load balancer of a name."""
    for known in elb.list_load_balancers(ListLoadBalancersRequest(name=[name])).loadbalancers:
        elb.delete_load_balancer(DeleteLoadBalancerRequest(loadbalancer_id=known.id))


def end_of_job(cce: Any, job: str) -> str:
    """Wait for the end of a job, and return the phase that it has then."""
    return wait_for(lambda: _ended(cce.show_job(ShowJobRequest(job_id=job)).status))


def _ended(status: Any) -> str:
    assert status.phase != "Failed", status.reason
    return status.phase if status.phase == "Success" else ""


def order_instance(rds: Any, engine: str) -> str:
    """Order an RDS instance with the login of its connection, wait until it is there, and return its id.

    :param engine: `PostgreSQL` or `MariaDB`; an instance of it that is there is taken.
    """
    known = _instances(rds, engine)
    if not known:
        version = rds.list_datastores(ListDatastoresRequest(database_name=engine)).data_stores[0].name
        flavors = rds.list_flavors(ListFlavorsRequest(database_name=engine, version_name=version)).flavors
        body = InstanceRequest(
            name=f"contract-{engine.lower()}",
            datastore=Datastore(type=engine, version=version),
            flavor_ref=next(one.spec_code for one in flavors if one.instance_mode == "single"),
            volume=DatabaseVolume(type="CLOUDSSD", size=40),
            password=read_documents()[CONNECTIONS[engine]]["password"],
            region=addresses.REGION,
            availability_zone=f"{addresses.REGION}-01",
            vpc_id=NOWHERE,
            subnet_id=NOWHERE,
            security_group_id=NOWHERE,
        )
        rds.create_instance(CreateInstanceRequest(body=body))
    return wait_for(lambda: next((one.id for one in _instances(rds, engine) if one.status == "ACTIVE"), ""))


def remove_instances(rds: Any) -> None:
    """Remove every RDS instance, and wait until it is gone."""
    for known in rds.list_instances(ListInstancesRequest()).instances:
        rds.delete_instance(DeleteInstanceRequest(instance_id=known.id))
    wait_for(lambda: not rds.list_instances(ListInstancesRequest()).instances)


def _instances(rds: Any, engine: str) -> list[Any]:
    found: list[Any] = rds.list_instances(ListInstancesRequest(datastore_type=engine)).instances
    return found


def wait_for(look: Callable[[], Seen]) -> Seen:
    """Look until what is seen is true, and return it."""
    deadline = time.monotonic() + SECONDS
    while not (seen := look()):
        assert time.monotonic() < deadline, f"not seen within {SECONDS} s"
        time.sleep(0.2)
    return seen
