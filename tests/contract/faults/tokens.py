"""The token service of a registry, whose tokens end soon: https://distribution.github.io/distribution/spec/auth/jwt/."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.builders.certificates import self_signed
from tests.contract.cloud.servers import HOST, PASSWORD

SERVICE = "registry of the tests"
# The registry takes a token for this long after its end.
LEEWAY_SECONDS = 60
LOGIN = "Basic " + base64.b64encode(f"tests:{PASSWORD}".encode()).decode()


@dataclass
class TokenService:
    """Give tokens that hold for some seconds to whoever has the login; `issued` are their scopes."""

    seconds: int
    certificate: Path
    issued: list[str] = field(default_factory=list)
    address: str = ""

    def auth(self) -> dict[str, Any]:
        """Return what the registry's configuration says of it."""
        settings = {"service": SERVICE, "issuer": SERVICE, "rootcertbundle": str(self.certificate)}
        return {"token": {"realm": f"{self.address}/token", **settings}}

    def token(self, scopes: list[str]) -> str:
        """Return a signed token for these scopes."""
        self.issued.append(" ".join(scopes))
        now = int(time.time())
        access = [dict(zip(("type", "name", "actions"), one.split(":"), strict=True)) for one in scopes]
        claims = {
            "iss": SERVICE,
            "sub": "tests",
            "aud": SERVICE,
            "nbf": now - 2 * LEEWAY_SECONDS,
            "iat": now,
            "exp": now - LEEWAY_SECONDS + self.seconds,
            "jti": f"{len(self.issued)}",
            "access": [one | {"actions": one["actions"].split(",")} for one in access],
        }
        return self._signed(claims)

    def _signed(self, claims: dict[str, Any]) -> str:
        text = self.certificate.read_bytes()
        known = x509.load_pem_x509_certificate(text).public_bytes(serialization.Encoding.DER)
        key = serialization.load_pem_private_key(text, None)
        assert isinstance(key, EllipticCurvePrivateKey)
        header = {"typ": "JWT", "alg": "ES256", "x5c": [base64.b64encode(known).decode()]}
        signed = ".".join(_url_safe(json.dumps(one).encode()) for one in (header, claims))
        numbers = decode_dss_signature(key.sign(signed.encode(), ECDSA(hashes.SHA256())))
        return f"{signed}.{_url_safe(b''.join(one.to_bytes(32, 'big') for one in numbers))}"


@contextmanager
def token_service(folder: Path, seconds: int) -> Generator[TokenService]:
    """Run a service for as long as the block lasts."""
    certificate = folder / "token.pem"
    certificate.write_bytes(self_signed(HOST))
    service = TokenService(seconds, certificate)

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_known = self.headers.get("Authorization") == LOGIN
            scopes = parse_qs(urlsplit(self.path).query).get("scope", [])
            body = json.dumps({"token": service.token(scopes)} if is_known else {}).encode()
            self.send_response(200 if is_known else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((HOST, 0), Answer) as server:
        service.address = f"http://{HOST}:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield service
        finally:
            server.shutdown()


def _url_safe(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
