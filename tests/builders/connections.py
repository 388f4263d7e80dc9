"""Build connections without servers behind them."""

from __future__ import annotations

import json
from typing import Any

import yaml

from include.connections import ClusterAccess, DocumentConnections
from include.connections.access import Side


def kubeconfig(server: str = "https://api.test:6443", **user: Any) -> str:
    """Return a kubeconfig's text; without user fields it logs in by a token."""
    return yaml.safe_dump({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "admin",
        "contexts": [{"name": "admin", "context": {"cluster": "here", "user": "admin"}}],
        "clusters": [{"name": "here", "cluster": {"server": server, "insecure-skip-tls-verify": True}}],
        "users": [{"name": "admin", "user": user or {"token": "a-token-of-the-tests"}}],
    })


def cluster_access(name: Side = "source") -> ClusterAccess:
    """Return access to a cluster that does not exist."""
    return ClusterAccess(name=name, kubeconfig=kubeconfig())


def connection_documents() -> dict[str, dict[str, Any]]:
    """Return every connection migrations/lab.yaml names, in Airflow's JSON form."""
    return {
        "source_cluster": {"conn_type": "kubernetes", "extra": {"kube_config": kubeconfig()}},
        "target_cluster": {"conn_type": "kubernetes", "extra": {"kube_config": kubeconfig()}},
        "source_registry": _registry("registry.source.lab"),
        "huawei_cloud": _cloud("http://swr.eu-de.lab"),
        "source_s3": _storage("http://s3.source.lab", "us-east-1", "path"),
        "obs": _storage("http://obs.eu-de.lab", "eu-de", "virtual"),
        "source_postgres": _database("postgres", "pg.source.lab", 5432, "postgres"),
        "target_postgres": _database("postgres", "pg.rds.lab", 5432, "root"),
        "source_mariadb": _database("mysql", "mariadb.source.lab", 3306, "root"),
        "target_mariadb": _database("mysql", "mariadb.rds.lab", 3306, "root"),
        "dns": {
            "conn_type": "generic",
            "host": "198.18.0.53",
            "port": 53,
            "login": "cce-lab",
            "password": "dHNpZy1rZXktb2YtdGhlLXRlc3Rz",
            "extra": {"algorithm": "hmac-sha256", "zone": "lab."},
        },
        "volume_repository": {"conn_type": "generic", "password": "repository-password-of-the-tests"},
    }


def connections(**changed: dict[str, Any]) -> DocumentConnections:
    """Return connections for migrations/lab.yaml; keywords replace single ones."""
    return DocumentConnections({**connection_documents(), **changed})


def connection_variables() -> dict[str, str]:
    """Return the same connections as AIRFLOW_CONN_… variables."""
    return {f"AIRFLOW_CONN_{name.upper()}": json.dumps(one) for name, one in connection_documents().items()}


def _registry(host: str) -> dict[str, Any]:
    return {
        "conn_type": "docker",
        "host": host,
        "login": "pusher",
        "password": "registry-password-of-the-tests",
        "extra": {"scheme": "http"},
    }


def _cloud(registry: str) -> dict[str, Any]:
    return {
        "conn_type": "cce",
        "login": "AK",
        "password": "secret-key-of-the-tests",
        "extra": {
            "cloud": "otc",
            "region": "eu-de",
            "project_id": "0123456789abcdef0123456789abcdef",
            # Nobody answers there: no test may call a real cloud by mistake.
            "endpoints": {
                **dict.fromkeys(("cce", "ecs", "vpc", "swr", "rds"), "http://127.0.0.1:9"),
                "registry": registry,
            },
        },
    }


def _storage(endpoint: str, region: str, style: str) -> dict[str, Any]:
    return {
        "conn_type": "aws",
        "login": "AK",
        "password": "secret-key-of-the-tests",
        "extra": {
            "endpoint_url": endpoint,
            "region_name": region,
            "config_kwargs": {"s3": {"addressing_style": style}},
        },
    }


def _database(conn_type: str, host: str, port: int, login: str) -> dict[str, Any]:
    return {
        "conn_type": conn_type,
        "host": host,
        "port": port,
        "login": login,
        "password": "database-password-of-the-tests",
        "schema": "postgres",
    }
