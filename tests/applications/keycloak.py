"""Keycloak, on AKS: Application Gateway, a database that moves, an identity of the cloud."""

from __future__ import annotations

from tests.applications.application import Application


def build() -> Application:
    """Return Keycloak."""
    app = Application("keycloak", registry="quay.io", storage_class="managed-csi")
    app.component(
        "keycloak", "keycloak/keycloak:26.0", 8080, 9000,
        env={"KC_DB_URL": "jdbc:postgresql://pg.source.lab:5432/keycloak", "KC_HOSTNAME": "sso.example.com"},
    )  # fmt: skip
    app.service("keycloak-headless", 7800, headless=True)
    app.scaler("keycloak", 4)
    app.add("v1", "ServiceAccount", "key-vault", annotations={"azure.workload.identity/client-id": "0000"})
    app.secret("realm-admin", user="admin", password="pw")
    app.secret("db", url="jdbc:postgresql://pg.source.lab:5432/keycloak")
    app.component("proxy", "oauth2-proxy/oauth2-proxy:v7.7", 4180, args=["--upstream=http://keycloak:8080"])
    app.ingress("keycloak", "sso.example.com", "keycloak", 8080, class_name=None, tls=True, annotations={
        "kubernetes.io/ingress.class": "azure/application-gateway", "appgw.ingress.kubernetes.io/backend-protocol": "http",
        "appgw.ingress.kubernetes.io/cookie-based-affinity": "true", "appgw.ingress.kubernetes.io/ssl-redirect": "true",
    })  # fmt: skip
    app.add("v1", "Service", "directory", spec={"type": "ExternalName", "externalName": "ldap.example.com"})
    return app
