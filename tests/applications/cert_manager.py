"""cert-manager, on EKS: webhooks, an issuer that proves names by Route 53 with a role of the cloud."""

from __future__ import annotations

from tests.applications.application import Application


def build() -> Application:
    """Return cert-manager."""
    app = Application("cert-manager", registry="quay.io", storage_class="gp3")
    for name, port in (("controller", 9402), ("webhook", 10250), ("cainjector", 9402)):
        app.component(
            name,
            f"jetstack/cert-manager-{name}:v1.16",
            port,
            args=["--leader-election-namespace=cert-manager"],
        )
    app.add(
        "v1", "ServiceAccount", "dns", annotations={"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/dns"}
    )
    route53 = {"dns01": {"route53": {"region": "eu-central-1"}}}
    app.add("cert-manager.io/v1", "Issuer", "route53", spec={"acme": {"solvers": [route53]}})
    for name in ("wild", "shop", "blog"):
        app.add(
            "cert-manager.io/v1",
            "Certificate",
            name,
            spec={"secretName": name, "dnsNames": [f"{name}.example.com"]},
        )
        app.secret(name, "kubernetes.io/tls", **{"tls.crt": "c", "tls.key": "k"})
    hook = {
        "name": "webhook.cert-manager.io",
        "clientConfig": {"service": {"name": "webhook", "namespace": "cert-manager"}},
    }
    app.add(
        "admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "cert-manager", webhooks=[hook]
    )
    return app
