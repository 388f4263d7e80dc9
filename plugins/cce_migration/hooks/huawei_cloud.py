"""Reach Huawei Cloud or Open Telekom Cloud by an Airflow connection, which the UI can fill in and test."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from airflow.sdk import BaseHook

from cce_migration.hooks.connections import AirflowConnections
from include.cloud import Cloud, CloudAccess, check_access
from include.cloud.documents import CONNECTION_TYPE
from include.errors import MigrationError


class HuaweiCloudHook(BaseHook):
    """Turn a connection into access to one project of a cloud.

    :param huaweicloud_conn_id: id of a connection of this type.
    """

    conn_name_attr = "huaweicloud_conn_id"
    default_conn_name = "target_cloud"
    conn_type = CONNECTION_TYPE
    hook_name = "Huawei Cloud / Open Telekom Cloud"

    def __init__(self, huaweicloud_conn_id: str = default_conn_name, **options: Any) -> None:
        super().__init__(**options)
        self.huaweicloud_conn_id = huaweicloud_conn_id

    @cached_property
    def access(self) -> CloudAccess:
        """Return the connection as the domain wants it, its secrets masked.

        :raises ConnectionDetailsError: with every problem of the connection.
        """
        return AirflowConnections().cloud(self.huaweicloud_conn_id)

    def get_conn(self) -> Cloud:
        """Return what calls the project's services."""
        return Cloud(self.access)

    def test_connection(self) -> tuple[bool, str]:
        """Say for the UI's Test button whether the cloud accepts the connection, or what to do about it."""
        try:
            return True, check_access(self.access)
        except MigrationError as error:
            return False, str(error)
