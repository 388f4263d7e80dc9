"""The controller ingress-nginx itself, on EKS: an NLB that ends TLS and speaks the PROXY protocol."""

from __future__ import annotations

from tests.applications.application import Application

NLB = "service.beta.kubernetes.io/aws-load-balancer-"


def build() -> Application:
    """Return the controller."""
    app = Application("ingress-nginx", registry="registry.k8s.io", storage_class="gp3")
    app.component(
        "controller", "ingress-nginx/controller:v1.12", replicas=2, nodeSelector={"kubernetes.io/os": "linux"}
    )
    app.component("default-backend", "defaultbackend-amd64:1.5", 8080, replicas=1)
    app.scaler("controller", 5)
    app.service("controller-admission", 443)
    app.service("controller-metrics", 10254)
    app.balancer("controller", 80, 443, externalTrafficPolicy="Local", healthCheckNodePort=32100, annotations={
        f"{NLB}type": "nlb", f"{NLB}ssl-cert": "arn:aws:acm:1:certificate/wild", f"{NLB}ssl-ports": "p443",
        f"{NLB}proxy-protocol": "*", f"{NLB}connection-idle-timeout": "3600", f"{NLB}cross-zone-load-balancing-enabled": "true",
        f"{NLB}backend-protocol": "tcp", f"{NLB}additional-resource-tags": "team=web",
    })  # fmt: skip
    app.balancer("controller-internal", 80, annotations={f"{NLB}internal": "true", f"{NLB}type": "nlb"})
    app.config("tcp-services", **{"2222": "git-forge/shell:2222"})
    app.add("networking.k8s.io/v1", "IngressClass", "nginx", spec={"controller": "k8s.io/ingress-nginx"})
    return app
