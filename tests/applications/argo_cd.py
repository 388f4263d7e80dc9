"""Argo CD, on GKE: custom resources that point at the cluster itself, a health check by BackendConfig."""

from __future__ import annotations

from tests.applications.application import Application

GROUP = "argoproj.io/v1alpha1"


def build() -> Application:
    """Return Argo CD."""
    app = Application("argo-cd", registry="quay.io", storage_class="standard-rwo")
    for name, port in (
        ("server", 8080),
        ("repo-server", 8081),
        ("applicationset-controller", 7000),
        ("dex-server", 5556),
        ("notifications-controller", 9001),
        ("redis", 6379),
    ):
        app.component(name, "argoproj/argocd:v2.13", port, replicas=1)
    app.workload("StatefulSet", "application-controller", "argoproj/argocd:v2.13")
    app.rights("application-controller")
    app.add(
        GROUP,
        "AppProject",
        "default",
        spec={"sourceRepos": ["*"], "destinations": [{"namespace": "*", "server": "*"}]},
    )
    for name in ("shop", "warehouse", "blog", "search"):
        source = {"repoURL": "https://git.example.com/deploy.git", "path": name}
        target = {"server": "https://kubernetes.default.svc", "namespace": name}
        app.add(
            GROUP, "Application", name, spec={"project": "default", "source": source, "destination": target}
        )
    app.add(
        "cloud.google.com/v1", "BackendConfig", "server", spec={"healthCheck": {"requestPath": "/healthz"}}
    )
    app.ingress(
        "server", "cd.example.com", "server", 8080, class_name=None, tls=True, path="/*", path_type="ImplementationSpecific",
        annotations={"kubernetes.io/ingress.class": "gce-internal", "kubernetes.io/ingress.allow-http": "false"},
    )  # fmt: skip
    app.secret("repo-deploy", url="https://git.example.com/deploy.git", password="pw")
    return app
