"""Tell Airflow of the connection type: read through the entry point in cce_migration-….dist-info beside this package."""

from __future__ import annotations

from typing import Any

# Nothing of the product is imported here: every Airflow component reads this when it starts.
VERSION = "0.1.0"
TEXT: dict[str, Any] = {"type": ["string", "null"]}
REQUIRED: dict[str, Any] = {"type": "string", "minLength": 1}
CONNECTION_FIELDS: dict[str, dict[str, Any]] = {
    "cloud": {
        "label": "Cloud",
        "schema": {"type": "string", "enum": ["huawei", "otc"], "default": "otc"},
        "description": "huawei: Huawei Cloud; otc: Open Telekom Cloud (T Cloud Public).",
    },
    "region": {"label": "Region", "schema": REQUIRED, "description": "Its id, such as eu-de or cn-north-4."},
    "project_id": {
        "label": "Project id",
        "schema": REQUIRED,
        "description": "The console shows it under My Credentials, beside the region.",
    },
    "project_name": {
        "label": "Project name",
        "schema": TEXT,
        "description": "Only for a sub-project, such as eu-de_shop; the main project is called like its region.",
    },
    "security_token": {
        "label": "Security token",
        "schema": {"type": ["string", "null"], "format": "password"},
        "description": "Only with a temporary access key.",
    },
    "endpoints": {
        "label": "Endpoints",
        # A text: Airflow's editor for objects formats anew while one types, and moves the rest behind the end.
        "schema": {"type": ["string", "null"], "format": "multiline"},
        "description": 'In the place of the public ones, as JSON such as {"cce": "https://cce.example.com"}; '
        "of cce, ecs, swr, rds, dns, elb, iam, drs, oms and registry.",
    },
    "ca_cert": {
        "label": "CA certificates",
        "schema": TEXT,
        "description": "Path of a PEM file on every worker; empty: the authorities that the machine trusts.",
    },
    "verify": {
        "label": "Verify certificates",
        "schema": {"type": ["boolean", "null"], "default": True},
    },
    "timeout": {
        "label": "Timeout in seconds",
        "schema": {"type": ["integer", "null"], "minimum": 1, "maximum": 600, "default": 60},
    },
}


def get_provider_info() -> dict[str, Any]:
    """Return what Airflow asks of a provider: one connection type, with the fields of its form."""
    return {
        "package-name": "cce-migration",
        "name": "CCE Migration",
        "description": "Moves Kubernetes estates into Huawei Cloud and Open Telekom Cloud CCE.",
        "versions": [VERSION],
        "connection-types": [
            {
                "connection-type": "cce",
                "hook-class-name": "cce_migration.hooks.huawei_cloud.HuaweiCloudHook",
                "hook-name": "Huawei Cloud / Open Telekom Cloud",
                "conn-fields": CONNECTION_FIELDS,
                "ui-field-behaviour": {
                    "hidden-fields": ["host", "schema"],
                    # Nobody reads the port. Without one, the Test button of Airflow 3.3.2 refuses every stored
                    # connection (apache/airflow#73298): its form sends 0, which is not what is stored.
                    "relabeling": {
                        "login": "Access key (AK)",
                        "password": "Secret key (SK)",
                        "port": "Port (443; the Test button needs one)",
                    },
                    "placeholders": {"port": "443"},
                },
            }
        ],
    }
