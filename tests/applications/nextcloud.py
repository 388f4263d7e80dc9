"""Nextcloud, on Tencent Cloud: a CLB, CBS disks, a share, a job that cleans up."""

from __future__ import annotations

from tests.applications.application import Application


def build() -> Application:
    """Return Nextcloud."""
    app = Application("nextcloud", registry="ccr.ccs.tencentyun.com", storage_class="cbs")
    app.claim("files", "500Gi", "cfs", "ReadWriteMany")
    app.claim("config", "2Gi")
    app.component(
        "nextcloud",
        "cloud/nextcloud:30",
        80,
        replicas=1,
        claims=["config", "files"],
        env={"MYSQL_HOST": "mariadb.source.lab:3306", "S3": "http://s3.source.lab"},
    )
    app.database("redis", "cloud/redis:7", 6379, "10Gi")
    app.component("collabora", "cloud/collabora:24.04", 9980)
    app.cron("cleanup", "cloud/nextcloud:30", "*/5 * * * *")
    app.balancer("nextcloud-public", 443, sessionAffinity="ClientIP",
                 sessionAffinityConfig={"clientIP": {"timeoutSeconds": 3600}}, annotations={
        "service.kubernetes.io/tke-existed-lbid": "lb-1", "service.cloud.tencent.com/specify-protocol": '{"443":{"protocol":["HTTPS"]}}',
    })  # fmt: skip
    app.ingress(
        "nextcloud",
        "cloud.example.com",
        "nextcloud",
        80,
        class_name="qcloud",
        tls=True,
        annotations={"kubernetes.io/ingress.qcloud-loadbalance-id": "lb-2"},
    )
    app.config("php", **{"php.ini": "memory_limit=1G"})
    return app
