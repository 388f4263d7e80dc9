"""Name every way a migration can fail.

MigrationError
├── PermanentError                  retrying cannot help: a person must change something
│   ├── ProblemListError            several problems found at once, `.problems`
│   │   ├── DefinitionError         the YAML definition, each problem with its path
│   │   └── PreflightError          what the clouds, clusters and connections lack
│   ├── ConnectionDetailsError      an Airflow connection is missing or malformed, `.connection_id`
│   ├── ProofError                  an item arrived unequal, or did not arrive, `.problems`
│   ├── CopyDivergedError           a followed copy is not as its origin was: something else writes into it
│   ├── LedgerError                 the run's record is missing or not readable
│   │   └── SecretInLedgerError     a document would have carried a secret; nothing was written
│   ├── EngineRefusedError          an engine refused its input: same outcome every time
│   ├── CloudError                  the cloud refused, `.service` `.operation` `.status` `.code` `.request_id`
│   │   ├── CloudLoginError             wrong signature, unknown, disabled or expired key, clock that is off
│   │   ├── CloudForbiddenError         the key's user lacks a right
│   │   ├── CloudQuotaError             the project may not have more of it
│   │   ├── CloudObjectNotFoundError    404
│   │   └── CloudConflictError          it is there already, or is in a state that forbids the request
│   ├── ProvisioningError           a thing of the target cloud did not come about, `.resource`
│   │   ├── ResourceFailedError         the API reports an error, a failed job, or that it is gone
│   │   ├── ResourceSoldOutError        the cloud has no more of it in stock
│   │   └── NeverReadyError             it did not become ready in the time that it was given
│   ├── TargetClusterMissingError   the target cluster was not made yet
│   ├── TargetServerMissingError    an RDS instance was not made yet
│   └── ClusterError                the Kubernetes API refused, `.status` `.cluster` `.object_name`
│       ├── ClusterLoginError           401
│       ├── ClusterForbiddenError       403
│       ├── ObjectNotFoundError         404
│       ├── ObjectConflictError         409, somebody changed it meanwhile
│       │   └── ObjectExistsError       409, it is there already
│       └── ObjectInvalidError          400 and 422
└── TemporaryError                  the same action may succeed later
    ├── EngineError                 pg_dump, rclone … ended badly, `.command` `.last_lines`
    ├── WaitTimeoutError            a condition did not come true in time
    ├── CloudUnavailableError       the cloud did not answer, or answered 5xx, fields as CloudError
    │   └── CloudThrottledError         429, too many requests, `.wait_seconds`
    └── ClusterUnavailableError     no connection, or 429 and 5xx after retries

Every text reads: object (kind namespace/name), cluster (source or target), what happened, what to do.
Messages never carry secrets; foreign text is cut by `shorten`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

FOREIGN_TEXT_LIMIT = 400


def shorten(text: str, limit: int = FOREIGN_TEXT_LIMIT) -> str:
    """Cut text that came from outside to `limit` characters, on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"


class MigrationError(Exception):
    """Be the root of everything this package raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Airflow pickles exceptions between processes; subclasses have constructors of their own.
        return _rebuild, (type(self), self.args, dict(self.__dict__))


def _rebuild(kind: type[MigrationError], args: tuple[Any, ...], fields: dict[str, Any]) -> MigrationError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(fields)
    return error


class PermanentError(MigrationError):
    """Stop without a retry: the same action fails the same way until a person changes something."""


class TemporaryError(MigrationError):
    """Ask for a retry: what failed may succeed later."""


class ProblemListError(PermanentError):
    """Carry every problem found at once in `problems`, one line each."""

    title = "problems found"

    def __init__(self, problems: Iterable[str] | str, title: str | None = None) -> None:
        self.problems: list[str] = [problems] if isinstance(problems, str) else [str(one) for one in problems]
        self.title = title or self.title
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(f"{self.title} ({len(self.problems)}):{lines}")


class DefinitionError(ProblemListError):
    """Refuse a definition; each problem starts with its path in the YAML."""

    title = "the migration definition has problems"


class PreflightError(ProblemListError):
    """Refuse to start; each problem names the object, the cluster or service, and what to do."""

    title = "preflight found problems"


class ConnectionDetailsError(PermanentError):
    """Say which Airflow connection is missing or malformed, and what belongs in it."""

    def __init__(self, message: str, *, connection_id: str = "") -> None:
        super().__init__(message)
        self.connection_id = connection_id


class ProofError(ProblemListError):
    """Say which items did not arrive equal."""

    title = "items without an equal proof"


class CopyDivergedError(PermanentError):
    """Say that a change does not fit into a followed copy: something else has written into it."""


class LedgerError(PermanentError):
    """Say which ledger document is missing or not readable."""


class SecretInLedgerError(LedgerError):
    """Say which place of a document held a secret; the secret itself is never in the text."""


class EngineRefusedError(PermanentError):
    """Say that an engine refused its input: the outcome is the same at every retry."""


class EngineError(TemporaryError):
    """Say how an external program ended: `command` without secrets, and its last lines of output."""

    def __init__(
        self,
        command: Sequence[str] | str,
        last_lines: Sequence[str] | str,
        *,
        exit_code: int | None = None,
        what_to_do: str = "read the lines above; the task retries, and every engine resumes where it can",
    ) -> None:
        self.command = command if isinstance(command, str) else " ".join(command)
        self.last_lines = last_lines.splitlines() if isinstance(last_lines, str) else list(last_lines)
        self.exit_code = exit_code
        ending = "failed" if exit_code is None else f"ended with code {exit_code}"
        output = "".join(f"\n  {shorten(line)}" for line in self.last_lines) or "\n  (no output)"
        super().__init__(f"{shorten(self.command)} {ending}:{output}\n{what_to_do}")


class WaitTimeoutError(TemporaryError):
    """Say which condition did not come true in how many seconds, and what was seen last."""


class _CloudFacts(Exception):  # ruff: ignore[error-suffix-on-exception-name]  (what both roots of the cloud's errors carry)
    def __init__(
        self,
        message: str,
        *,
        service: str = "",
        operation: str = "",
        status: int = 0,
        code: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(message)
        self.service = service
        self.operation = operation
        self.status = status
        self.code = code
        self.request_id = request_id


class CloudError(_CloudFacts, PermanentError):
    """Carry what a cloud's API refused: `status` is 0 where no answer came."""


class CloudLoginError(CloudError):
    """Say that the cloud does not accept the key or the signature."""


class CloudForbiddenError(CloudError):
    """Say that the key's user lacks a right."""


class CloudQuotaError(CloudError):
    """Say that the project may not have more of what was asked for."""


class CloudObjectNotFoundError(CloudError):
    """404: the object is not there."""


class CloudConflictError(CloudError):
    """Say that the object is there already, or is in a state that forbids the request."""


class ProvisioningError(PermanentError):
    """Say why a thing that was ordered in the target cloud is not there: `resource` is its key in the plan."""

    def __init__(self, message: str, *, resource: str = "") -> None:
        super().__init__(message)
        self.resource = resource


class ResourceFailedError(ProvisioningError):
    """Say that the API reports an error, that the job failed, or that it is gone."""


class ResourceSoldOutError(ProvisioningError):
    """Say that the cloud has no more of it in stock."""


class NeverReadyError(ProvisioningError):
    """Say what did not become ready in how long, and what was seen last."""


class TargetClusterMissingError(PermanentError):
    """Say that there is no cluster of the definition's name: it was not made yet."""


class TargetServerMissingError(PermanentError):
    """Say that there is no RDS instance of the definition's name yet, or that it cannot be used yet."""


class CloudUnavailableError(_CloudFacts, TemporaryError):
    """Say that a cloud's API did not answer, or could not do it now, after all retries."""

    # Whether the request may have been carried out, and how long the API asks to wait.
    may_have_happened = True
    wait_seconds = 0.0


class CloudThrottledError(CloudUnavailableError):
    """429: too many requests in a short time; this one was not carried out."""

    may_have_happened = False


class ClusterError(PermanentError):
    """Carry what a Kubernetes API answered: `status`, `cluster`, `object_name`, `reason`."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        cluster: str = "",
        object_name: str = "",
        reason: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.cluster = cluster
        self.object_name = object_name
        self.reason = reason


class ClusterLoginError(ClusterError):
    """401: the kubeconfig's credentials are not accepted."""


class ClusterForbiddenError(ClusterError):
    """403: the credentials lack a permission."""


class ObjectNotFoundError(ClusterError):
    """404: the object or its API is not there."""


class ObjectConflictError(ClusterError):
    """409: somebody changed the object between read and write."""


class ObjectExistsError(ObjectConflictError):
    """409: an object of this name is there already."""


class ObjectInvalidError(ClusterError):
    """400 and 422: the API refuses the object's content."""


class ClusterUnavailableError(TemporaryError):
    """Say that an API did not answer, or answered 429 or 5xx, after all retries."""

    def __init__(self, message: str, *, cluster: str = "") -> None:
        super().__init__(message)
        self.cluster = cluster
