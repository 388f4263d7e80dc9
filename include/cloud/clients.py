"""Make the SDK's clients: explicit endpoint and project, nothing from the environment or from profiles."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from include.cloud.access import CloudAccess
from include.cloud.providers import Service

MODULES: dict[Service, str] = {
    "cce": "huaweicloudsdkcce.v3",
    "ecs": "huaweicloudsdkecs.v2",
    "vpc": "huaweicloudsdkvpc.v2",
    "swr": "huaweicloudsdkswr.v2",
    "rds": "huaweicloudsdkrds.v3",
    "dns": "huaweicloudsdkdns.v2",
    "elb": "huaweicloudsdkelb.v3",
    "iam": "huaweicloudsdkiam.v3",
    "drs": "huaweicloudsdkdrs.v3",
    "oms": "huaweicloudsdkoms.v2",
}
CONNECT_SECONDS = 10.0


class Refusal(Exception):  # ruff: ignore[error-suffix-on-exception-name]  (a signal to `Cloud`, never seen outside)
    """Carry an answer of 400 and above as it came: the SDK's own exceptions drop headers and fail on HTML."""

    def __init__(self, status: int, headers: Mapping[str, str], text: str) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers
        self.text = text


def make_client(service: Service, access: CloudAccess) -> Any:
    """Return the SDK's client of a service."""
    from huaweicloudsdkcore.http.http_config import HttpConfig

    client_type = getattr(import_module(MODULES[service]), f"{service.capitalize()}Client")
    config = HttpConfig(
        timeout=(min(CONNECT_SECONDS, access.timeout_seconds), access.timeout_seconds),
        ssl_ca_cert=access.ca_cert or None,
        ignore_ssl_verification=not access.verify,
        # Without one the SDK sends the random id that it keeps in the user's home.
        user_agent="cce-migration",
    )
    client = (
        client_type
        .new_builder()
        .with_http_config(config)
        .with_credentials(_credentials(service, access))
        .with_endpoint(access.endpoint(service))
        .with_exception_handler(_refusing())
        .build()
    )
    _leave_retries_to_us(client)
    # It reports every failed connection on standard error, beside the error that says it in words.
    logging.getLogger(f"HuaweiCloud-SDK-{client_type.__name__}").disabled = True
    return client


def _credentials(service: Service, access: CloudAccess) -> Any:
    from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials

    key = (access.access_key, access.secret_key)
    # IAM is the account's, not a project's.
    credentials = GlobalCredentials(*key) if service == "iam" else BasicCredentials(*key, access.project_id)
    return credentials.with_security_token(access.security_token) if access.security_token else credentials


def _refusing() -> Any:
    from huaweicloudsdkcore.exceptions.exception_handler import ExceptionHandler

    class Refusing(ExceptionHandler):  # type: ignore[misc]
        def handle_exception(self, request: Any, response: Any) -> None:
            raise Refusal(response.status_code, response.headers, response.text)

    return Refusing()


def _leave_retries_to_us(client: Any) -> None:
    """Let an answer of 429 through: the SDK's session drops it, with its request id and its Retry-After."""
    from requests.adapters import HTTPAdapter

    session = client.get_http_client()._session
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=10))
