"""Kafka by the Strimzi operator, on AKS: the custom resource asks for classes, racks and load balancers itself."""

from __future__ import annotations

from tests.applications.application import Application

GROUP = "kafka.strimzi.io/v1beta2"
INTERNAL = {"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}


def build() -> Application:
    """Return Kafka."""
    app = Application("kafka", registry="quay.io", storage_class="managed-premium")
    disk = {"type": "persistent-claim", "size": "100Gi", "class": "managed-premium"}
    outside = {
        "name": "outside", "port": 9094, "type": "loadbalancer", "tls": True,
        "configuration": {"bootstrap": {"annotations": INTERNAL}},
    }  # fmt: skip
    app.add(
        GROUP, "Kafka", "events",
        spec={
            "kafka": {
                "replicas": 3, "image": "quay.io/strimzi/kafka:0.44-kafka-3.8", "listeners": [outside],
                "rack": {"topologyKey": "topology.kubernetes.io/zone"}, "storage": disk,
            },
            "zookeeper": {"replicas": 3, "storage": {**disk, "size": "5Gi"}},
        },
    )  # fmt: skip
    for name in ("orders", "payments", "returns", "clicks", "invoices", "stock"):
        app.add(
            GROUP,
            "KafkaTopic",
            name,
            labels={"strimzi.io/cluster": "events"},
            spec={"partitions": 12, "replicas": 3},
        )
    app.component("strimzi-operator", "strimzi/operator:0.44", replicas=1)
    app.component(
        "schema-registry",
        "confluent/cp-schema-registry:7.8",
        8081,
        env={"STORE": "events-kafka-bootstrap:9092"},
    )
    app.component("kafka-ui", "kafbat/kafka-ui:v1.1", 8080, nodeSelector={"agentpool": "tools"})
    app.database(
        "connect",
        "debezium/connect:3.0",
        8083,
        "4Gi",
        env={"DB_HOST": "mariadb.source.lab", "DB_PORT": "3306"},
    )
    return app
