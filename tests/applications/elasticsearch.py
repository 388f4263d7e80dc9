"""Elasticsearch and Kibana, on AKS: zones, a kernel setting by a privileged container, a dedicated pool."""

from __future__ import annotations

from tests.applications.application import Application

AZURE = "service.beta.kubernetes.io/azure-"


def build() -> Application:
    """Return the search cluster."""
    app = Application("search", registry="docker.elastic.co", storage_class="managed-premium")
    zones = [
        {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["westeurope-1", "westeurope-2"]}
    ]
    affinity = {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchExpressions": zones}]
            }
        }
    }
    sysctl = {
        "name": "sysctl", "image": "docker.elastic.co/library/busybox:1.36", "command": ["sysctl", "-w", "vm.max_map_count=262144"],
        "securityContext": {"privileged": True},
    }  # fmt: skip
    pool = [
        {
            "key": "kubernetes.azure.com/scalesetpriority",
            "operator": "Equal",
            "value": "spot",
            "effect": "NoSchedule",
        }
    ]
    app.database("master", "elasticsearch/elasticsearch:8.16", 9300, "4Gi", replicas=3)
    app.database(
        "data",
        "elasticsearch/elasticsearch:8.16",
        9200,
        "200Gi",
        replicas=3,
        affinity=affinity,
        initContainers=[sysctl],
        tolerations=pool,
    )
    app.component("kibana", "kibana/kibana:8.16", 5601, env={"ELASTICSEARCH_HOSTS": "http://data:9200"})
    app.component("logstash", "logstash/logstash:8.16", 5044)
    app.balancer("ingest", 5044, annotations={
        f"{AZURE}load-balancer-internal": "true", f"{AZURE}load-balancer-tcp-idle-timeout": "30",
        f"{AZURE}allowed-ip-ranges": "10.1.0.0/16",
    })  # fmt: skip
    app.ingress("kibana", "logs.example.com", "kibana", 5601, class_name="azure-application-gateway", tls=True, annotations={
        "appgw.ingress.kubernetes.io/ssl-redirect": "true", "appgw.ingress.kubernetes.io/request-timeout": "120",
        "appgw.ingress.kubernetes.io/waf-policy-for-path": "/subscriptions/1/policy",
    })  # fmt: skip
    app.workload(
        "DaemonSet",
        "filebeat",
        "beats/filebeat:8.16",
        volumes=[{"name": "logs", "hostPath": {"path": "/var/log"}}],
    )
    return app
