"""Read a kubeconfig's current context into what an HTTP client needs."""

from __future__ import annotations

import base64
import binascii
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from include.connections import ClusterAccess
from include.errors import ConnectionDetailsError

BETTER_LOGIN = "give it a client certificate or a token"


@dataclass(frozen=True)
class Login:
    """Hold what the current context of a kubeconfig says; secrets never show in its text."""

    server: str
    namespace: str
    proxy_url: str | None
    is_verified: bool
    tls_server_name: str | None
    authority: str | None = field(repr=False)
    certificate: str | None = field(repr=False)
    key: str | None = field(repr=False)
    token: str | None = field(repr=False)
    basic: tuple[str, str] | None = field(repr=False)


def read_login(access: ClusterAccess) -> Login:
    """Return the login of the current context.

    :raises ConnectionDetailsError: when the kubeconfig is not complete, or runs a plugin to log in.
    """
    config = _parsed(access)
    context = _named(access, config, "contexts", "context", config.get("current-context"))
    cluster = _named(access, config, "clusters", "cluster", context.get("cluster"))
    user = _named(access, config, "users", "user", context.get("user"))
    if "exec" in user or "auth-provider" in user:
        raise _malformed(
            access, f"the user logs in through a plugin, which does not exist here; {BETTER_LOGIN}"
        )
    if not cluster.get("server"):
        raise _malformed(access, "the cluster has no server; set clusters[].cluster.server")
    basic = (
        (str(user["username"]), str(user["password"])) if "username" in user and "password" in user else None
    )
    return Login(
        server=str(cluster["server"]).rstrip("/"),
        namespace=str(context.get("namespace") or "default"),
        proxy_url=cluster.get("proxy-url"),
        is_verified=not cluster.get("insecure-skip-tls-verify", False),
        tls_server_name=cluster.get("tls-server-name"),
        authority=_pem(access, cluster, "certificate-authority"),
        certificate=_pem(access, user, "client-certificate"),
        key=_pem(access, user, "client-key"),
        token=_token(access, user),
        basic=basic,
    )


def tls_context(access: ClusterAccess, login: Login) -> ssl.SSLContext:
    """Return a TLS context that trusts the cluster's authority and presents the client certificate."""
    try:
        context = ssl.create_default_context(cadata=login.authority or None)
    except (ssl.SSLError, ValueError):
        raise _malformed(access, "certificate-authority-data holds no certificate; copy it again") from None
    if not login.is_verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if login.certificate and login.key:
        try:
            _load_certificate(context, login.certificate, login.key)
        except (ssl.SSLError, OSError) as error:
            raise _malformed(
                access, f"client certificate and key do not fit together ({error}); {BETTER_LOGIN}"
            ) from None
    return context


def _load_certificate(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """Load both through a private file that lives for this call only: ssl takes them from files alone."""
    with tempfile.TemporaryDirectory(prefix="cluster-login-") as folder:
        path = Path(folder) / "login.pem"
        path.touch(mode=0o600)
        path.write_text(f"{certificate.rstrip()}\n{key.rstrip()}\n", encoding="ascii")
        context.load_cert_chain(path)


def _parsed(access: ClusterAccess) -> Mapping[str, Any]:
    try:
        config = yaml.safe_load(access.kubeconfig)
    except yaml.YAMLError:
        # The parser's own text quotes the file, which holds keys.
        raise _malformed(access, "it is not YAML; paste the kubeconfig's text") from None
    if not isinstance(config, Mapping):
        raise _malformed(access, "it is not a mapping; paste the kubeconfig's text")
    return config


def _named(
    access: ClusterAccess, config: Mapping[str, Any], section: str, entry: str, name: object
) -> Mapping[str, Any]:
    rows = config.get(section)
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, Mapping) and row.get("name") == name and isinstance(row.get(entry), Mapping):
            found: Mapping[str, Any] = row[entry]
            return found
    wanted = "current-context is empty; set it" if not name else f"{section} has no entry {name!r}; add it"
    raise _malformed(access, wanted)


def _pem(access: ClusterAccess, holder: Mapping[str, Any], name: str) -> str | None:
    encoded = holder.get(f"{name}-data")
    if encoded:
        try:
            return base64.b64decode("".join(str(encoded).split()), validate=True).decode("ascii")
        except (binascii.Error, UnicodeDecodeError):
            raise _malformed(access, f"{name}-data is not base64 of a PEM text; copy it again") from None
    path = holder.get(name)
    return _file(access, str(path), name) if path else None


def _token(access: ClusterAccess, user: Mapping[str, Any]) -> str | None:
    if user.get("token"):
        return str(user["token"])
    path = user.get("tokenFile")
    return _file(access, str(path), "tokenFile").strip() if path else None


def _file(access: ClusterAccess, path: str, name: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise _malformed(
            access, f"{name} names {path}, which is not readable here; put the content in as {name}-data"
        ) from None


def _malformed(access: ClusterAccess, what: str) -> ConnectionDetailsError:
    return ConnectionDetailsError(f"kubeconfig of the {access.name} cluster: {what}")
