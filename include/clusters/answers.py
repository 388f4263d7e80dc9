"""Turn an API's answers into errors that say object, cluster, what happened and what to do."""

from __future__ import annotations

import re
from typing import Any

import httpx

from include.errors import (
    ClusterError,
    ClusterForbiddenError,
    ClusterLoginError,
    ClusterUnavailableError,
    MigrationError,
    ObjectConflictError,
    ObjectExistsError,
    ObjectInvalidError,
    ObjectNotFoundError,
    shorten,
)

OBJECT_PATH = re.compile(
    r"^/(?:api|apis/(?P<group>[^/]+))/(?P<version>[^/]+)"
    r"(?:/namespaces/(?P<namespace>[^/]+)(?=/))?/(?P<plural>[^/?]+)(?:/(?P<name>[^/?]+))?(?:/(?P<rest>[^?]+))?"
)
REMEDIES: dict[int, tuple[type[ClusterError], str]] = {
    400: (ObjectInvalidError, "correct the request"),
    401: (ClusterLoginError, "renew the kubeconfig in the Airflow connection"),
    403: (ClusterForbiddenError, "grant the kubeconfig's user this permission"),
    404: (ObjectNotFoundError, "make it, or leave it out of the migration"),
    405: (ClusterError, "this resource does not support the request"),
    409: (ObjectConflictError, "read it again and repeat"),
    410: (ClusterError, "read the list again from its start"),
    413: (ObjectInvalidError, "make the object smaller"),
    415: (ClusterError, "this server is too old for the request"),
    422: (ObjectInvalidError, "correct the object's content"),
}
WEBHOOK = "admission webhook"
# The API answers 403 to more than missing permissions; what the message says tells which it is.
FORBIDDING = {
    "exceeded quota": "raise the namespace's ResourceQuota, or free some of it",
    "must specify": "give the namespace a LimitRange with defaults, or loosen its ResourceQuota",
    "violates PodSecurity": "lower the namespace's label pod-security.kubernetes.io/enforce",
    WEBHOOK: "ask whoever runs the webhook, or except the namespace from it",
    "denied request": "look at the ValidatingAdmissionPolicy it names",
    "is being terminated": "wait until the namespace is gone, or remove the finalizers that keep it",
    "unable to validate against any security context constraint": "let the ServiceAccount use a fitting constraint",
}
BUSY = frozenset({429, 500, 502, 503, 504})
# Server-side apply answers 500 to a field the schema does not know; that never gets better.
SCHEMA_REFUSAL = "failed to create typed patch object"

# In these answers the API may repeat the object that was sent.
QUOTING = frozenset({400, 422, 500})


def object_of(path: str, body: Any = None) -> str:
    """Return `deployments.apps shop/web` for an API path, or the path itself when it is not an object's."""
    match = OBJECT_PATH.match(path)
    if not match:
        return path
    kind = f"{match['plural']}.{match['group']}" if match["group"] else match["plural"]
    name = match["name"] or _name_in(body)
    if not name:
        return f"{kind} in {match['namespace']}" if match["namespace"] else kind
    return f"{kind} {match['namespace']}/{name}" if match["namespace"] else f"{kind} {name}"


def error_of(answer: httpx.Response, cluster: str, path: str, body: Any = None) -> MigrationError:
    """Return the error of a refused request; `body` is the object that was sent, for its name."""
    status, reason, message = answer.status_code, *_status(answer, path)
    subject = f"{object_of(path, body)}, {cluster} cluster"
    if is_busy(answer):
        return ClusterUnavailableError(
            f"{subject}: the API answered {status} {message}; the task retries; "
            "if it stays so, look at the API server and its webhooks",
            cluster=cluster,
        )
    kind, remedy = REMEDIES.get(422 if status == 500 else status, (ClusterError, "read the answer"))
    if status == 409 and reason == "AlreadyExists":
        kind, remedy = ObjectExistsError, "use the one that is there, or remove it"
    # A webhook chooses the status of its refusal.
    if status == 403 or WEBHOOK in message:
        remedy = forbidding_remedy(message) or remedy
    return kind(
        f"{subject}: the API answered {status} {message}; {remedy}",
        status=status,
        cluster=cluster,
        object_name=object_of(path, body),
        reason=reason,
    )


def forbidding_remedy(message: str) -> str | None:
    """Return what to do about an admission that the message tells of, None when it tells of none."""
    return next((text for sign, text in FORBIDDING.items() if sign in message), None)


def connection_error(
    error: httpx.TransportError, cluster: str, server: str, path: str
) -> ClusterUnavailableError:
    """Return the error of a request that got no answer."""
    return ClusterUnavailableError(
        f"{object_of(path)}, {cluster} cluster: no answer from {server} "
        f"({type(error).__name__}: {shorten(str(error), 160)}); "
        "check that the API server runs and is reachable from the Airflow worker",
        cluster=cluster,
    )


def is_busy(answer: httpx.Response) -> bool:
    """Say whether the same request may succeed a little later."""
    return answer.status_code in BUSY and not (answer.status_code == 500 and SCHEMA_REFUSAL in answer.text)


def _status(answer: httpx.Response, path: str) -> tuple[str, str]:
    """Return reason and message of a Kubernetes Status; any other body is cut short."""
    try:
        body = answer.json()
    except ValueError:
        return "", shorten(answer.text)
    if not isinstance(body, dict):
        return "", ""
    reason = str(body.get("reason") or "")
    if answer.status_code in QUOTING and _is_of_secrets(path):
        fields = ", ".join(str(cause.get("field")) for cause in _causes(body)) or "unknown"
        return reason, f"{reason}, fields: {fields} (the rest is left out: it may quote the Secret)"
    return reason, shorten(str(body.get("message") or ""))


def _is_of_secrets(path: str) -> bool:
    match = OBJECT_PATH.match(path)
    return match is not None and match["plural"] == "secrets"


def _causes(body: dict[str, Any]) -> list[dict[str, Any]]:
    details = body.get("details")
    causes = details.get("causes") if isinstance(details, dict) else None
    return [cause for cause in causes if isinstance(cause, dict)] if isinstance(causes, list) else []


def _name_in(body: Any) -> str | None:
    metadata = body.get("metadata") if isinstance(body, dict) else None
    return metadata.get("name") if isinstance(metadata, dict) else None
