"""RDS's instances, databases, users and rights, asked by the SDK; they are real servers' own."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pymysql
import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkrds.v3 import (
    AllowDbPrivilegeRequest,
    AllowDbUserPrivilegeRequest,
    BatchTagActionAddRequestBody,
    BatchTagActionDelRequestBody,
    BatchTagAddActionRequest,
    BatchTagDelActionRequest,
    CreateDatabaseRequest,
    CreateDbUserRequest,
    CreateInstanceRequest,
    CreatePostgresqlDatabaseRequest,
    CreatePostgresqlDbUserRequest,
    DatabaseForCreation,
    Datastore,
    DeleteDatabaseRequest,
    DeleteDbUserRequest,
    DeleteInstanceRequest,
    DeletePostgresqlDatabaseRequest,
    DeletePostgresqlDbUserRequest,
    GrantRequest,
    Ha,
    InstanceRequest,
    ListDatabasesRequest,
    ListDatastoresRequest,
    ListDbUsersRequest,
    ListFlavorsRequest,
    ListInstancesRequest,
    ListInstanceTagsRequest,
    ListJobInfoRequest,
    ListPostgresqlDatabasesRequest,
    ListPostgresqlDbUserPaginatedRequest,
    ListProjectTagsRequest,
    ListStorageTypesRequest,
    PostgresqlDatabaseForCreation,
    PostgresqlGrantRequest,
    PostgresqlUserForCreation,
    PostgresqlUserWithPrivilege,
    ShowQuotasRequest,
    TagDelWithKeyValue,
    TagWithKeyValue,
    UserForCreation,
    UserWithPrivilege,
    Volume,
)

from lab.cloud.assembly import Backends

from .conftest import SPARE
from .models import Checked

PASSWORD = "Orders-of-the-shop-1"


@pytest.fixture
def name() -> str:
    return f"shop_{uuid.uuid4().hex[:8]}"


@pytest.fixture
def postgres(rds: Checked) -> Any:
    (found,) = rds.list_instances(ListInstancesRequest(datastore_type="PostgreSQL")).instances
    return found


@pytest.fixture
def mariadb(rds: Checked) -> Any:
    (found,) = rds.list_instances(ListInstancesRequest(datastore_type="MariaDB")).instances
    return found


def order(rds: Checked, name: str, token: str | None = None, **changed: Any) -> Any:
    values = {
        "name": name,
        "datastore": Datastore(type="PostgreSQL", version="15"),
        "flavor_ref": "rds.pg.c2.large",
        "volume": Volume(type="CLOUDSSD", size=40),
        "password": PASSWORD,
        "region": "eu-de",
        "availability_zone": "eu-de-01",
        "vpc_id": str(uuid.uuid4()),
        "subnet_id": str(uuid.uuid4()),
        "security_group_id": str(uuid.uuid4()),
    }
    body = InstanceRequest(**(values | changed))
    return rds.create_instance(CreateInstanceRequest(x_client_token=token, body=body))


def job_of(rds: Checked, ordered: Any) -> Any:
    return rds.list_job_info(ListJobInfoRequest(id=ordered.job_id)).job


def state_of(rds: Checked, ordered: Any) -> str:
    (found,) = rds.list_instances(ListInstancesRequest(id=ordered.instance.id)).instances
    return str(found.status)


def wait_for(rds: Checked, ordered: Any, wanted: str) -> None:
    deadline = time.monotonic() + 60
    while (state := state_of(rds, ordered)) != wanted:
        assert state == "BUILD"
        assert time.monotonic() < deadline
        time.sleep(0.1)


def delete(rds: Checked, instance: str) -> Any:
    return rds.delete_instance(DeleteInstanceRequest(instance_id=instance))


def wait_for_end(rds: Checked, instance: str) -> None:
    deadline = time.monotonic() + 60
    while rds.list_instances(ListInstancesRequest(id=instance)).instances:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def refused(run: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(ClientRequestException) as caught:
        run()
    return caught.value.status_code, caught.value.error_code


def session(place: Any, database: str, user: str) -> psycopg.Connection[Any]:
    login = {"user": user, "password": PASSWORD, "dbname": database, "connect_timeout": 3}
    return psycopg.connect(host=place.private_ips[0], port=place.port, autocommit=True, **login)


def administrator(behind: Backends) -> dict[str, Any]:
    place = behind.database_servers["target-postgres"].open().place
    return {"host": place.address, "port": place.port, "user": place.user, "password": place.password}


def make_user(rds: Checked, postgres: Any, user: str) -> None:
    body = PostgresqlUserForCreation(name=user, password=PASSWORD)
    rds.create_postgresql_db_user(CreatePostgresqlDbUserRequest(instance_id=postgres.id, body=body))


def make_database(rds: Checked, postgres: Any, name: str, **more: Any) -> None:
    body = PostgresqlDatabaseForCreation(name=name, **more)
    rds.create_postgresql_database(CreatePostgresqlDatabaseRequest(instance_id=postgres.id, body=body))


def test_the_servers_that_are_there_are_listed(rds: Checked, postgres: Any, mariadb: Any) -> None:
    assert (postgres.status, postgres.datastore.version, postgres.db_user_name) == ("ACTIVE", "15", "root")
    assert mariadb.status == "ACTIVE"
    assert rds.list_instances(ListInstancesRequest(name="other")).total_count == 0


def test_flavors_and_versions_of_an_engine_are_listed(rds: Checked) -> None:
    flavors = rds.list_flavors(ListFlavorsRequest(database_name="PostgreSQL", version_name="15")).flavors
    assert {"rds.pg.c2.large", "rds.pg.c2.large.ha"} <= {one.spec_code for one in flavors}
    assert rds.list_flavors(ListFlavorsRequest(database_name="PostgreSQL", version_name="9")).flavors == []
    found = rds.list_datastores(ListDatastoresRequest(database_name="PostgreSQL"))
    assert [one.name for one in found.data_stores] == ["15"]
    request = ListFlavorsRequest(database_name="SQLServer", version_name="2019")
    assert refused(lambda: rds.list_flavors(request)) == (400, "DBS.200042")


def test_a_database_of_its_own_user_is_made_used_listed_and_removed(
    rds: Checked, postgres: Any, name: str
) -> None:
    make_user(rds, postgres, name)
    make_database(rds, postgres, name, owner=name, character_set="UTF8")
    with session(postgres, name, name) as connection:
        connection.execute("create table orders (id int)")
    request = ListPostgresqlDatabasesRequest(instance_id=postgres.id, page=1, limit=100)
    databases = rds.list_postgresql_databases(request).databases
    assert [(one.owner, one.character_set) for one in databases if one.name == name] == [(name, "UTF8")]
    request = ListPostgresqlDbUserPaginatedRequest(instance_id=postgres.id, page=1, limit=100)
    users = rds.list_postgresql_db_user_paginated(request).users
    assert {"root", name} <= {one.name for one in users}
    assert "rdsAdmin" not in {one.name for one in users}
    rds.delete_postgresql_database(DeletePostgresqlDatabaseRequest(instance_id=postgres.id, db_name=name))
    rds.delete_postgresql_db_user(DeletePostgresqlDbUserRequest(instance_id=postgres.id, user_name=name))
    with pytest.raises(psycopg.OperationalError):
        session(postgres, "postgres", name)


def test_what_exists_cannot_be_made_again_and_what_does_not_cannot_be_removed(
    rds: Checked, postgres: Any, name: str
) -> None:
    make_database(rds, postgres, name)
    make_user(rds, postgres, name)
    assert refused(lambda: make_database(rds, postgres, name)) == (409, "DBS.201201")
    assert refused(lambda: make_user(rds, postgres, name)) == (409, "DBS.201201")
    request = DeletePostgresqlDatabaseRequest(instance_id=postgres.id, db_name=f"{name}_2")
    assert refused(lambda: rds.delete_postgresql_database(request)) == (400, "DBS.280128")
    assert refused(lambda: make_database(rds, postgres, "no name")) == (400, "DBS.200001")


@pytest.mark.parametrize("readonly", [True, False], ids=["for reading", "for all"])
def test_rights_on_a_schema_are_those_that_were_given(
    rds: Checked, postgres: Any, name: str, readonly: bool, behind: Backends
) -> None:
    user = f"{name}_user"
    make_user(rds, postgres, user)
    make_database(rds, postgres, name)
    with psycopg.connect(**administrator(behind), dbname=name, autocommit=True) as connection:
        connection.execute("create table known (id int)")
    privilege = PostgresqlUserWithPrivilege(name=user, readonly=readonly, schema_name="public")
    body = PostgresqlGrantRequest(db_name=name, users=[privilege])
    rds.allow_db_privilege(AllowDbPrivilegeRequest(instance_id=postgres.id, body=body))
    with session(postgres, name, user) as connection:
        connection.execute("select * from known")
        if readonly:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("create table orders (id int)")
        else:
            connection.execute("create table orders (id int)")


def test_databases_users_and_rights_of_mariadb(rds: Checked, mariadb: Any, name: str) -> None:
    place = {"host": mariadb.private_ips[0], "port": mariadb.port, "user": name, "password": PASSWORD}
    body = DatabaseForCreation(name=name, character_set="utf8mb4")
    rds.create_database(CreateDatabaseRequest(instance_id=mariadb.id, body=body))
    user = UserForCreation(name=name, password=PASSWORD)
    rds.create_db_user(CreateDbUserRequest(instance_id=mariadb.id, body=user))
    grant = GrantRequest(db_name=name, users=[UserWithPrivilege(name=name, readonly=False)])
    rds.allow_db_user_privilege(AllowDbUserPrivilegeRequest(instance_id=mariadb.id, body=grant))
    with pymysql.connect(**place, database=name) as connection, connection.cursor() as cursor:
        cursor.execute("create table orders (id int)")
    databases = rds.list_databases(ListDatabasesRequest(instance_id=mariadb.id, page=1, limit=100)).databases
    assert [one.character_set for one in databases if one.name == name] == ["utf8mb4"]
    users = rds.list_db_users(ListDbUsersRequest(instance_id=mariadb.id, page=1, limit=100)).users
    assert [[(db.name, db.readonly) for db in one.databases] for one in users if one.name == name] == [
        [(name, False)]
    ]
    request = CreateDatabaseRequest(instance_id=mariadb.id, body=body)
    assert refused(lambda: rds.create_database(request)) == (409, "DBS.201201")
    assert refused(lambda: rds.create_db_user(CreateDbUserRequest(instance_id=mariadb.id, body=user))) == (
        409,
        "DBS.201201",
    )
    rds.delete_database(DeleteDatabaseRequest(instance_id=mariadb.id, db_name=name))
    rds.delete_db_user(DeleteDbUserRequest(instance_id=mariadb.id, user_name=name))
    with pytest.raises(pymysql.OperationalError):
        pymysql.connect(**place)


def test_an_instance_that_is_ordered_is_a_server_with_that_password(
    rds: Checked, name: str, behind: Backends
) -> None:
    assert not behind.database_servers[SPARE].is_there()
    ordered = order(rds, name)
    assert (ordered.status_code, ordered.instance.status) == (202, "BUILD")
    assert (state_of(rds, ordered), job_of(rds, ordered).status) == ("BUILD", "Running")
    make = PostgresqlDatabaseForCreation(name=name)
    request = CreatePostgresqlDatabaseRequest(instance_id=ordered.instance.id, body=make)
    assert refused(lambda: rds.create_postgresql_database(request)) == (409, "DBS.200019")
    assert refused(lambda: delete(rds, ordered.instance.id)) == (409, "DBS.200019")
    wait_for(rds, ordered, "ACTIVE")
    job = job_of(rds, ordered)
    assert (job.status, job.name, job.instance.name) == (
        "Completed",
        "CreatePostgreSQLSingleInstance",
        name,
    )
    (found,) = rds.list_instances(ListInstancesRequest(id=ordered.instance.id)).instances
    with session(found, "postgres", "root") as connection:
        assert connection.execute("select current_user").fetchone() == ("root",)
    (quota,) = rds.show_quotas(ShowQuotasRequest()).quotas.resources
    assert (quota.used, quota.quota) == (3, 3)


def test_an_instance_that_is_deleted_is_gone_with_its_data_and_can_be_ordered_again(
    rds: Checked, name: str, behind: Backends
) -> None:
    first = order(rds, name)
    wait_for(rds, first, "ACTIVE")
    (found,) = rds.list_instances(ListInstancesRequest(id=first.instance.id)).instances
    make_database(rds, found, name)
    deleted = delete(rds, first.instance.id)
    wait_for_end(rds, first.instance.id)
    assert not behind.database_servers[SPARE].is_there()
    with pytest.raises(psycopg.OperationalError):
        session(found, "postgres", "root")
    job = rds.list_job_info(ListJobInfoRequest(id=deleted.job_id)).job
    assert (job.status, job.name) == ("Completed", "DeletePostgreSQLSingleInstance")
    assert refused(lambda: delete(rds, first.instance.id)) == (404, "DBS.200045")
    second = order(rds, name)
    wait_for(rds, second, "ACTIVE")
    request = ListPostgresqlDatabasesRequest(instance_id=second.instance.id, page=1, limit=100)
    assert name not in {one.name for one in rds.list_postgresql_databases(request).databases}


def test_tags_of_an_order_are_kept_added_removed_and_listed(rds: Checked, name: str, postgres: Any) -> None:
    ordered = order(rds, name, tags=[TagWithKeyValue(key="migration", value="shop")])
    (found,) = rds.list_instances(ListInstancesRequest(id=ordered.instance.id)).instances
    assert [(tag.key, tag.value) for tag in found.tags] == [("migration", "shop")]
    body = BatchTagActionAddRequestBody(action="create", tags=[TagWithKeyValue(key="team", value="a")])
    rds.batch_tag_add_action(BatchTagAddActionRequest(instance_id=postgres.id, body=body))
    listed = rds.list_instance_tags(ListInstanceTagsRequest(instance_id=postgres.id)).tags
    assert [(tag.key, tag.value) for tag in listed] == [("team", "a")]
    tags = rds.list_project_tags(ListProjectTagsRequest()).tags
    assert [(tag.key, tag.values) for tag in tags] == [("migration", ["shop"]), ("team", ["a"])]
    body = BatchTagActionDelRequestBody(action="delete", tags=[TagDelWithKeyValue(key="team")])
    rds.batch_tag_del_action(BatchTagDelActionRequest(instance_id=postgres.id, body=body))
    assert rds.list_instance_tags(ListInstanceTagsRequest(instance_id=postgres.id)).tags == []
    body = BatchTagActionAddRequestBody(action="paint", tags=[TagWithKeyValue(key="team", value="a")])
    request = BatchTagAddActionRequest(instance_id=postgres.id, body=body)
    assert refused(lambda: rds.batch_tag_add_action(request)) == (400, "DBS.200001")


def test_types_of_storage_are_listed_with_their_zones(rds: Checked) -> None:
    request = ListStorageTypesRequest(database_name="PostgreSQL", version_name="15")
    found = {one.name: one.az_status for one in rds.list_storage_types(request).storage_type}
    assert found["CLOUDSSD"] == dict.fromkeys(("eu-de-01", "eu-de-02", "eu-de-03"), "normal")
    request = ListStorageTypesRequest(database_name="PostgreSQL", version_name="9")
    assert refused(lambda: rds.list_storage_types(request)) == (400, "DBS.200041")


def test_who_orders_again_by_the_same_token_gets_the_same_instance(rds: Checked, name: str) -> None:
    first, second = order(rds, name, token="a-token"), order(rds, name, token="a-token")
    assert (first.instance.id, first.job_id) == (second.instance.id, second.job_id)


def test_no_more_instances_are_given_than_there_are_servers(rds: Checked, name: str) -> None:
    order(rds, name)
    assert refused(lambda: order(rds, name)) == (409, "DBS.200022")
    assert refused(lambda: order(rds, f"{name}_2")) == (413, "DBS.200046")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"datastore": Datastore(type="SQLServer", version="2019")}, "DBS.200040"),
        ({"datastore": Datastore(type="PostgreSQL", version="9")}, "DBS.200041"),
        ({"flavor_ref": "rds.pg.c2.enormous"}, "DBS.200053"),
        ({"volume": Volume(type="CLOUDSSD", size=30)}, "DBS.200023"),
        ({"volume": Volume(type="CLOUDSSD", size=45)}, "DBS.200027"),
        ({"volume": Volume(type="TAPE", size=40)}, "DBS.200026"),
        ({"availability_zone": "eu-de-09"}, "DBS.200025"),
        ({"password": "short"}, "DBS.200052"),
        ({"password": "only-lower-case"}, "DBS.200052"),
        ({"password": "It's-1-password"}, "DBS.200052"),
        ({"name": "1st"}, "DBS.200001"),
        ({"flavor_ref": "rds.pg.c2.large.ha"}, "DBS.200053"),
        ({"ha": Ha(mode="Ha", replication_mode="async")}, "DBS.200025"),
    ],
)
def test_an_order_that_rds_does_not_take_is_refused(
    rds: Checked, name: str, changed: dict[str, Any], code: str
) -> None:
    assert refused(lambda: order(rds, **{"name": name, **changed})) == (400, code)


def test_what_is_not_there_is_not_found(rds: Checked) -> None:
    request = ListDatabasesRequest(instance_id="0" * 32 + "in03", page=1, limit=100)
    assert refused(lambda: rds.list_databases(request)) == (404, "DBS.200045")
    assert refused(lambda: rds.list_job_info(ListJobInfoRequest(id="none"))) == (400, "DBS.200543")
