"""The Prometheus stack, on EKS: custom resources that ask for disks, an agent on every node, Grafana behind an NLB."""

from __future__ import annotations

from typing import Any

from tests.applications.application import Application

GROUP = "monitoring.coreos.com/v1"
NLB = "service.beta.kubernetes.io/aws-load-balancer-"


def build() -> Application:
    """Return the stack."""
    app = Application("monitoring", registry="quay.io", storage_class="gp3")
    for kind, name, image in (
        ("Prometheus", "prometheus", "prometheus/prometheus:v3.0"), ("Alertmanager", "alertmanager", "prometheus/alertmanager:v0.28"),
    ):  # fmt: skip
        template = {"spec": {"storageClassName": "gp3", "resources": {"requests": {"storage": "50Gi"}}}}
        spec: dict[str, Any] = {
            "image": f"quay.io/{image}",
            "replicas": 2,
            "storage": {"volumeClaimTemplate": template},
        }
        app.add(GROUP, kind, name, spec=spec)
        app.service(name, 9090)
        app.ingress(
            name,
            f"{name}.example.com",
            name,
            9090,
            class_name="alb",
            path="/*",
            path_type="ImplementationSpecific",
            annotations={
                "alb.ingress.kubernetes.io/scheme": "internal",
                "alb.ingress.kubernetes.io/group.name": "ops",
            },
        )
    for name in ("apiserver", "kubelet", "node-exporter", "grafana", "kube-state-metrics", "operator"):
        app.add(GROUP, "ServiceMonitor", name, spec={"endpoints": [{"port": "metrics"}], "selector": {}})
        app.add(GROUP, "PrometheusRule", name, spec={"groups": []})
    app.component("operator", "prometheus-operator/prometheus-operator:v0.79", 8443, replicas=1)
    app.component("kube-state-metrics", "kube-state-metrics/kube-state-metrics:v2.14", 8080, replicas=1)
    app.claim("grafana", "10Gi")
    app.component("grafana", "grafana/grafana:11.3", 3000, replicas=1, claims=["grafana"])
    app.balancer("grafana-public", 80, annotations={
        f"{NLB}type": "external", f"{NLB}scheme": "internet-facing", f"{NLB}nlb-target-type": "ip",
        f"{NLB}healthcheck-protocol": "http", f"{NLB}healthcheck-path": "/api/health", f"{NLB}connection-idle-timeout": "120",
    }, loadBalancerClass="service.k8s.aws/nlb", loadBalancerSourceRanges=["198.51.100.0/24"])  # fmt: skip
    app.workload(
        "DaemonSet", "node-exporter", "prometheus/node-exporter:v1.8", hostNetwork=True, hostPID=True,
        tolerations=[{"operator": "Exists"}], volumes=[{"name": "root", "hostPath": {"path": "/"}}],
    )  # fmt: skip
    return app
