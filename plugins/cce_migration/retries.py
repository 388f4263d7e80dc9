"""Say once how tasks are retried, and that people are told when none is left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from cce_migration.notifiers.failures import FailureNotifier
from include.errors import PermanentError, TemporaryError

POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception=PermanentError,
            action=RetryAction.FAIL,
            reason="a retry would end the same way: a person has to change something",
        ),
        RetryRule(exception=TemporaryError, action=RetryAction.RETRY, reason="the same may succeed later"),
    ]
)

# The first retry comes soon, since most tasks that are killed would succeed at once. The others wait longer each time:
# together they outlast an outage of twenty minutes.
DEFAULT_ARGS: dict[str, Any] = {
    "retries": 8,
    "retry_delay": timedelta(seconds=5),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
    "retry_policy": POLICY,
    "on_failure_callback": [FailureNotifier()],
}
# Customers wait while these tasks do: they try for about two minutes, then the source is started again.
CUTOVER_ARGS: dict[str, Any] = {
    "retries": 5,
    "retry_delay": timedelta(seconds=3),
    "max_retry_delay": timedelta(seconds=30),
}
# Nothing comes after these tasks to start the source: they outlast an outage of ten minutes.
GOING_BACK_ARGS: dict[str, Any] = {"retries": 20}
