"""Turn requests without a usable answer into errors: no connection, no trust, no time, no JSON."""

from __future__ import annotations

import json
import re
from typing import Any

from include.cloud.answers import Asked
from include.errors import CloudError, CloudUnavailableError, MigrationError, shorten

# The SDK keeps nothing of a failed connection but its text.
NEVER_SENT = re.compile(
    r"Failed to establish a new|Failed to resolve|Name or service not known|connect timeout=|Unable to connect to proxy"
)
UNTRUSTED = re.compile(r"certificate", re.IGNORECASE)
NOT_TLS = re.compile(r"WRONG_VERSION_NUMBER|record layer failure", re.IGNORECASE)


def silence_error(error: Exception, asked: Asked, url: str) -> MigrationError:
    """Return the error of a request that got no answer from `url`."""
    from huaweicloudsdkcore.exceptions.exceptions import SslHandShakeException
    from requests import Timeout

    text = str(getattr(error, "error_msg", error))
    facts: dict[str, Any] = {"service": asked.service, "operation": asked.operation}
    what = f"{asked}: no answer from {url} ({shorten(text, 200)})"
    if isinstance(error, SslHandShakeException) and UNTRUSTED.search(text):
        return CloudError(
            f"{what}; its certificate is not trusted: set extra.ca_cert to the file of its authority", **facts
        )
    if isinstance(error, SslHandShakeException) and NOT_TLS.search(text):
        return CloudError(f"{what}; it does not speak TLS: write http:// in extra.endpoints", **facts)
    if isinstance(error, Timeout):
        remedy = "the task retries; raise extra.timeout if the service needs longer"
    else:
        remedy = "check the endpoint, and that the Airflow worker reaches it (DNS, firewall, proxy)"
    silent = CloudUnavailableError(f"{what}; {remedy}", **facts)
    silent.may_have_happened = not NEVER_SENT.search(text)
    return silent


def refuse_what_is_no_answer(answer: Any, asked: Asked, url: str) -> None:
    """Raise for a redirect or a page: the SDK would make an empty answer of it, as if nothing were there."""
    status, content = answer.status_code, answer.raw_content.strip()
    if status < 300 and _is_json(content):
        return
    raise CloudError(
        f"{asked}: {url} answered {status} with something that is not JSON "
        f"({shorten(content.decode(errors='replace'), 80)}); check the endpoint, and proxies on the way",
        service=asked.service,
        operation=asked.operation,
        status=status,
    )


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content or b"{}")
    except ValueError:
        return False
    return True
