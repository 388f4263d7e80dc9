"""Airflow, on EKS: an EFS share of DAGs, a database that moves, a role of the cloud, workers on a pool of their own."""

from __future__ import annotations

from tests.applications.application import Application


def build() -> Application:
    """Return Airflow."""
    app = Application("airflow", registry="docker.io", storage_class="gp3")
    pool = [{"key": "eks.amazonaws.com/capacityType", "operator": "Exists"}]
    app.claim("dags", "10Gi", "efs-sc", "ReadWriteMany")
    app.claim("logs", "100Gi", "efs-sc", "ReadWriteMany")
    for name, port in (
        ("webserver", 8080),
        ("scheduler", 8793),
        ("triggerer", 8794),
        ("statsd", 9102),
        ("dag-processor", 8795),
    ):
        app.component(
            name,
            "apache/airflow:2.10",
            port,
            claims=["dags", "logs"],
            env={"AIRFLOW__CORE__EXECUTOR": "CeleryExecutor"},
        )
    app.database(
        "worker",
        "apache/airflow:2.10",
        8793,
        "100Gi",
        replicas=2,
        tolerations=pool,
        nodeSelector={"karpenter.sh/nodepool": "workers"},
    )
    app.database("redis", "library/redis:7.4", 6379, "1Gi")
    app.secret("metadata", connection="postgresql://airflow:pw@pg.source.lab:5432/airflow")
    app.secret("fernet", key="abc")
    app.add(
        "v1",
        "ServiceAccount",
        "s3-logs",
        annotations={"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/logs"},
    )
    app.config("airflow", **{"airflow.cfg": "[logging]\nremote_base_log_folder = http://s3.source.lab/logs"})
    app.scaler("webserver", 3)
    return app
