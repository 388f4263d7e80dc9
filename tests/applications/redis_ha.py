"""Redis with Sentinel, on Alibaba Cloud: an internal SLB, ESSD disks."""

from __future__ import annotations

from tests.applications.application import Application

SLB = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-"


def build() -> Application:
    """Return Redis."""
    app = Application(
        "redis-ha", registry="registry.cn-hangzhou.aliyuncs.com", storage_class="alicloud-disk-essd"
    )
    spread = {
        "topologyKey": "failure-domain.beta.kubernetes.io/zone",
        "maxSkew": 1,
        "whenUnsatisfiable": "DoNotSchedule",
    }
    app.database(
        "redis",
        "app/redis:7.4",
        6379,
        "20Gi",
        replicas=3,
        topologySpreadConstraints=[
            {**spread, "labelSelector": {"matchLabels": {"app.kubernetes.io/name": "redis"}}}
        ],
    )
    app.component("sentinel", "app/redis-sentinel:7.4", 26379, replicas=3)
    app.component("haproxy", "library/haproxy:3.0", 6379)
    app.balancer("redis-entry", 6379, annotations={
        f"{SLB}address-type": "intranet", f"{SLB}scheduler": "wlc", f"{SLB}spec": "slb.s1.small", f"{SLB}established-timeout": "900",
        f"{SLB}health-check-type": "tcp", f"{SLB}persistence-timeout": "1800",
    })  # fmt: skip
    app.config("scripts", **{"init.sh": "redis-cli ping", "readiness.sh": "redis-cli -h localhost ping"})
    return app
