"""The cloud of the running lab: the connection that tasks get leads to it, and the lab's own servers are behind it."""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import pytest
from huaweicloudsdkcce.v3 import (
    ClusterCertDuration,
    CreateKubernetesClusterCertRequest,
    ListAddonInstancesRequest,
    ListNodesRequest,
)
from huaweicloudsdkdns.v2 import (
    CreateRecordSetRequest,
    CreateRecordSetRequestBody,
    DeleteRecordSetRequest,
    ListPublicZonesRequest,
    ShowRecordSetRequest,
)
from huaweicloudsdkelb.v3 import ShowLoadBalancerRequest
from huaweicloudsdkiam.v3 import KeystoneListProjectsRequest
from huaweicloudsdkoms.v2 import DeleteTaskRequest
from huaweicloudsdkrds.v3 import (
    CreatePostgresqlDatabaseRequest,
    DeletePostgresqlDatabaseRequest,
    ListInstancesRequest,
    PostgresqlDatabaseForCreation,
)
from huaweicloudsdkswr.v2 import ListNamespacesRequest, ListReposDetailsRequest, ListRepositoryTagsRequest
from kubernetes.utils.quantity import parse_quantity

from lab import addresses
from lab.cloud.backends.database_server import Place
from lab.cloud.node_flavors import offered_flavor
from lab.clusters.api import ClusterApi
from tests import orders
from tests.contract import registry_client, storage_client

from . import test_drs, test_oms
from .conftest import SHOP
from .models import Checked

pytestmark = pytest.mark.lab
Documents = dict[str, dict[str, Any]]


@pytest.fixture(autouse=True)
def _in_the_lab(connections: Documents) -> None:
    """Skip where the lab's names are not known."""


def open_service(service: str) -> Checked:
    return Checked(orders.lab_service(service))


def test_the_target_is_made_as_it_was_ordered(tmp_path: Path) -> None:
    cce = open_service("cce")
    cluster = orders.order_target(cce, "lab-target", nodes=2)
    request = CreateKubernetesClusterCertRequest(cluster_id=cluster, body=ClusterCertDuration(duration=1))
    document = cce.create_kubernetes_cluster_cert(request).to_json_object()
    (tmp_path / "kubeconfig").write_text(json.dumps(document))
    with ClusterApi(tmp_path / "kubeconfig") as api:
        found = {item["metadata"]["name"]: item for item in api.items("/api/v1/nodes")}
    nodes = cce.list_nodes(ListNodesRequest(cluster_id=cluster)).items
    assert [node.metadata.name for node in nodes] == list(found)
    assert len(found) == 2
    flavor = offered_flavor(nodes[0].spec.flavor)
    assert flavor is not None
    for item in found.values():
        allocatable = item["status"]["allocatable"]
        assert parse_quantity(allocatable["cpu"]) == flavor.vcpus
        # the kubelet keeps 100 MiB to evict in time
        kept = flavor.memory_mib - float(parse_quantity(allocatable["memory"])) / 2**20
        assert 90 < kept < 110
    addons = cce.list_addon_instances(ListAddonInstancesRequest(cluster_id=cluster)).items
    assert {one.spec.addon_template_name: one.status.status for one in addons} == {
        "coredns": "running",
        "everest": "running",
    }


def test_a_record_set_is_answered_by_the_labs_name_server() -> None:
    service = open_service("dns")
    (zone,) = service.list_public_zones(ListPublicZonesRequest(name="lab.")).zones
    name = f"contract-{uuid.uuid4().hex[:8]}.lab."
    body = CreateRecordSetRequestBody(name=name, type="A", ttl=1, records=["198.18.20.99"])
    made = service.create_record_set(CreateRecordSetRequest(zone_id=zone.id, body=body))
    answer = dns.query.udp(dns.message.make_query(name, "A"), addresses.DNS, timeout=2)
    assert [str(one) for found in answer.answer for one in found] == ["198.18.20.99"]
    while (
        service.show_record_set(ShowRecordSetRequest(zone_id=zone.id, recordset_id=made.id)).status
        != "ACTIVE"
    ):
        time.sleep(0.2)
    service.delete_record_set(DeleteRecordSetRequest(zone_id=zone.id, recordset_id=made.id))
    answer = dns.query.udp(dns.message.make_query(name, "A"), addresses.DNS, timeout=2)
    assert answer.answer == []


def test_an_instance_is_the_targets_server() -> None:
    service = open_service("rds")
    instance = orders.order_instance(service, "PostgreSQL")
    (found,) = service.list_instances(ListInstancesRequest(id=instance)).instances
    assert found.private_ips == [addresses.TARGET_POSTGRES]
    name = f"contract_{uuid.uuid4().hex[:8]}"
    body = PostgresqlDatabaseForCreation(name=name)
    service.create_postgresql_database(CreatePostgresqlDatabaseRequest(instance_id=instance, body=body))
    service.delete_postgresql_database(DeletePostgresqlDatabaseRequest(instance_id=instance, db_name=name))


def test_what_is_pushed_into_the_registry_is_listed(connections: Documents) -> None:
    service = open_service("swr")
    service.list_namespaces(ListNamespacesRequest())
    with registry_client.open_client(connections["swr"]) as client:
        pusher = registry_client.Pusher(client, repository="contract/pushed")
        image = pusher.image(registry_client.SCHEMA2, tag="1.0")
        try:
            request = ListRepositoryTagsRequest(namespace="contract", repository="pushed")
            (tag,) = service.list_repository_tags(request).body
            assert (tag.tag, tag.digest) == ("1.0", image["digest"])
            assert tag.path == f"{addresses.SWR_HOST}/contract/pushed:1.0"
            found = service.list_repos_details(ListReposDetailsRequest(name="pushed")).body
            assert [one.path for one in found] == [f"{addresses.SWR_HOST}/contract/pushed"]
        finally:
            pusher.clean()


def test_the_load_balancer_of_the_migration_and_the_project_are_there() -> None:
    request = ShowLoadBalancerRequest(loadbalancer_id=SHOP)
    shown = open_service("elb").show_load_balancer(request).loadbalancer
    assert shown.vip_address == "198.18.20.32"
    (project,) = open_service("iam").keystone_list_projects(KeystoneListProjectsRequest()).projects
    assert project.id == addresses.PROJECT_ID


def test_a_database_of_the_source_is_copied_into_rds_by_drs(connections: Documents) -> None:
    rds, drs = open_service("rds"), open_service("drs")
    instance = orders.order_instance(rds, "PostgreSQL")
    known, wanted = connections["source_postgres"], connections["target_postgres"]
    source = Place(known["host"], known["port"], known["login"], known["password"])
    target = Place(addresses.TARGET_POSTGRES, addresses.POSTGRES_PORT, wanted["login"], wanted["password"])
    name = f"contract_{uuid.uuid4().hex[:8]}"
    with test_drs.session(source) as session:
        session.execute(f"create database {name}")
    job = test_drs.create(drs, instance)
    try:
        with test_drs.session(source, name) as session:
            session.execute("create table lines as select * from generate_series(1, 100)")
        test_drs.wait_for(drs, job, "CONFIGURATION", "CREATING")
        test_drs.configure(drs, job, instance, source, target, name)
        assert test_drs.check(drs, job).result
        assert test_drs.begin(drs, job).status == "success"
        test_drs.wait_for(drs, job, "FULL_TRANSFER_COMPLETE", "STARTJOBING", "FULL_TRANSFER_STARTED")
        with test_drs.session(target, name) as session:
            assert session.execute("select count(*) from lines").fetchone() == (100,)
    finally:
        test_drs.end(drs, job)
        test_drs.wait_for(drs, job, "RELEASE_RESOURCE_COMPLETE", "RELEASE_RESOURCE_STARTED")
        test_drs.end(drs, job, "delete")
        for place in (source, target):
            with test_drs.session(place) as session:
                session.execute(f"drop database if exists {name} with (force)")


def test_a_bucket_of_the_source_is_copied_into_obs_by_oms(connections: Documents) -> None:
    oms, name = open_service("oms"), f"contract-{uuid.uuid4().hex[:8]}"
    known, wanted = connections["source_s3"], connections["obs"]
    source, target = storage_client.open_client(known), storage_client.open_client(wanted)
    for client in (source, target):
        client.create_bucket(Bucket=name)
    source.put_object(Bucket=name, Key="a/one.txt", Body=b"one", Metadata={"by": "ann"})
    try:
        request = test_oms.order((name, name), {"ak": known["login"], "sk": known["password"]})
        request.body.dst_node.ak, request.body.dst_node.sk = wanted["login"], wanted["password"]
        task = int(oms.create_task(request).id)
        assert test_oms.wait_for(oms, task, test_oms.DONE).successful_num == 1
        found = target.get_object(Bucket=name, Key="a/one.txt")
        assert (found["Body"].read(), found["Metadata"]) == (b"one", {"by": "ann"})
        oms.delete_task(DeleteTaskRequest(task_id=task))
    finally:
        for client in (source, target):
            client.delete_object(Bucket=name, Key="a/one.txt")
            client.delete_bucket(Bucket=name)
