"""A shop of ten services, on GKE: its own load balancer outside, an internal one for partners, node pools."""

from __future__ import annotations

from tests.applications.application import Application

SERVICES = {
    "adservice": 9555, "cartservice": 7070, "checkoutservice": 5050, "currencyservice": 7000, "emailservice": 8080,
    "paymentservice": 50051, "productcatalog": 3550, "recommendation": 8081, "shippingservice": 50052,
}  # fmt: skip
POOL = {"cloud.google.com/gke-nodepool": "default-pool"}


def build() -> Application:
    """Return the shop."""
    app = Application("online-shop", registry="us-docker.pkg.dev", storage_class="standard-rwo")
    for name, port in SERVICES.items():
        app.component(name, f"shop/{name}:v0.10", port, env={"PORT": str(port)}, nodeSelector=POOL)
    app.component(
        "frontend", "shop/frontend:v0.10", 8080, env={"CART": "cartservice:7070", "DB": "pg.source.lab:5432"}
    )
    app.scaler("frontend", 10)
    app.database("redis-cart", "shop/redis:7", 6379, "1Gi")
    app.balancer(
        "frontend-external",
        80,
        loadBalancerIP="203.0.113.7",
        annotations={"cloud.google.com/neg": '{"ingress":true}'},
    )
    app.balancer("partners", 443, annotations={"networking.gke.io/load-balancer-type": "Internal"})
    app.ingress(
        "shop", "shop.example.com", "frontend", 8080, class_name=None, path="/*", path_type="ImplementationSpecific",
        annotations={
            "kubernetes.io/ingress.class": "gce", "networking.gke.io/managed-certificates": "shop-cert",
            "kubernetes.io/ingress.global-static-ip-name": "shop-ip",
        },
    )  # fmt: skip
    app.add("networking.gke.io/v1", "ManagedCertificate", "shop-cert", spec={"domains": ["shop.example.com"]})
    return app
