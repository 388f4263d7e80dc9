"""MinIO, on machines of one's own: local disks of named nodes, node ports, an address of MetalLB."""

from __future__ import annotations

from tests.applications.application import Application


def build() -> Application:
    """Return MinIO."""
    app = Application("minio", registry="quay.io", storage_class="local-storage")
    hosts = {
        "nodeSelectorTerms": [
            {
                "matchExpressions": [
                    {"key": "kubernetes.io/hostname", "operator": "In", "values": ["store-1", "store-2"]}
                ]
            }
        ]
    }
    app.database(
        "minio",
        "minio/minio:2025",
        9000,
        "500G",
        replicas=4,
        affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": hosts}},
    )
    app.component("console", "minio/console:v1.7", 9090)
    app.service(
        "minio-nodes", 9000, type="NodePort", ports=[{"port": 9000, "nodePort": 30900, "targetPort": 9000}]
    )
    app.balancer(
        "minio-public",
        9000,
        loadBalancerClass="metallb.io/metallb",
        annotations={"metallb.io/loadBalancerIPs": "192.0.2.9"},
    )
    app.service("backup-peer", 9000, externalIPs=["192.0.2.40"])
    app.cron("mirror", "minio/mc:2025", "0 2 * * *")
    return app
