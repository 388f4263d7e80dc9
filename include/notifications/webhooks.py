"""Send messages over HTTP: one more try where it may help, and never for long."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping

from include.connections import WebhookAccess
from include.errors import PermanentError, TemporaryError
from include.notifications.message import Message

TIMEOUT_SECONDS = 3.0
TRIES = 2
SECONDS_BETWEEN_TRIES = 1.0
THROTTLED, SERVER_ERRORS = 429, 500
SECRET_PREFIX = "whsec_"  # ruff: ignore[hardcoded-password-string]  (what keys of Standard Webhooks begin with)


def send_to_slack(access: WebhookAccess, message: Message) -> None:
    """Send a message to a webhook that takes Slack's form.

    :raises PermanentError: when it is refused.
    :raises TemporaryError: when nobody answers.
    """
    _post(access, json.dumps({"text": message.as_text()}).encode(), {})


def send_to_webhook(access: WebhookAccess, message: Message) -> None:
    """Send a message as signed JSON.

    :raises PermanentError: when it is refused.
    :raises TemporaryError: when nobody answers.
    """
    body = json.dumps(message.as_document()).encode()
    _post(access, body, signature(access.secret, message_id(message), int(time.time()), body))


def message_id(message: Message) -> str:
    """Return the same short id for the same event of a run: receivers drop what they have seen."""
    text = f"{message.migration}\n{message.run_id}\n{message.event.id}"
    return f"msg_{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def signature(secret: str, identifier: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers by which a receiver knows the sender, and that nothing is old.

    HMAC-SHA256 over id, time in seconds and body, as https://www.standardwebhooks.com says.
    """
    signed = b".".join([identifier.encode(), str(timestamp).encode(), body])
    digest = base64.b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()
    return {
        "webhook-id": identifier,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{digest}",
    }


def _key(secret: str) -> bytes:
    if secret.startswith(SECRET_PREFIX):
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return secret.encode()


def _post(access: WebhookAccess, body: bytes, headers: Mapping[str, str]) -> None:
    """Post once, and once more after an answer that says to come again; texts never name the address's path."""
    import httpx

    problem = ""
    with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
        for number in range(TRIES):
            if number:
                time.sleep(SECONDS_BETWEEN_TRIES)
            try:
                answer = client.post(
                    access.url, content=body, headers={"Content-Type": "application/json", **headers}
                )
            except httpx.HTTPError as error:
                problem = type(error).__name__
                continue
            if answer.is_success:
                return
            problem = f"answered {answer.status_code}"
            if answer.status_code != THROTTLED and answer.status_code < SERVER_ERRORS:
                raise PermanentError(f"webhook at {access.host}: {problem}; check its connection")
    raise TemporaryError(f"webhook at {access.host}: {problem}, {TRIES} times")
