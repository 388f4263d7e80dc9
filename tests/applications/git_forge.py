"""A forge in the manner of GitLab, on machines of one's own: MetalLB, ingress-nginx, Longhorn, cert-manager."""

from __future__ import annotations

from tests.applications.application import Application

NGINX = "nginx.ingress.kubernetes.io/"


def build() -> Application:
    """Return the forge."""
    app = Application("git-forge", registry="registry.gitlab.com", storage_class="longhorn")
    app.component(
        "webservice",
        "gitlab-org/build/webservice-ee:v17.5",
        8080,
        8181,
        env={"DB": "postgres://u@pg.source.lab:5432/git"},
    )
    app.component("sidekiq", "gitlab-org/build/sidekiq-ee:v17.5")
    app.component(
        "registry", "gitlab-org/build/registry:v4.12", 5000, args=["--s3=http://s3.source.lab/registry"]
    )
    app.component("shell", "gitlab-org/build/shell:v14.39", 2222)
    app.database("gitaly", "gitlab-org/build/gitaly:v17.5", 8075, "50Gi", replicas=3)
    app.database("redis", "bitnami/redis:7.4", 6379, "8Gi")
    app.scaler("webservice", 8)
    app.scaler("registry", 5)
    app.balancer(
        "ssh",
        22,
        annotations={"metallb.universe.tf/address-pool": "front"},
        externalTrafficPolicy="Local",
        healthCheckNodePort=31022,
    )
    for name, port in (("webservice", 8181), ("registry", 5000)):
        app.ingress(
            name,
            f"{name}.example.com",
            name,
            port,
            class_name="nginx",
            tls=True,
            annotations={
                f"{NGINX}proxy-body-size": "0",
                f"{NGINX}proxy-read-timeout": "600",
                "cert-manager.io/issuer": "letsencrypt",
            },
        )
        app.secret(f"{name}-tls", "kubernetes.io/tls", **{"tls.crt": "c", "tls.key": "k"})
    solver = {"http01": {"ingress": {"class": "nginx"}}}
    app.add("cert-manager.io/v1", "Issuer", "letsencrypt", spec={"acme": {"solvers": [solver]}})
    app.cron("backup", "gitlab-org/build/toolbox:v17.5", "0 1 * * *")
    app.config(
        "rails", object_store="endpoint: http://s3.source.lab\nregion: eu", smtp="smtp.example.com:587"
    )
    return app
