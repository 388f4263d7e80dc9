"""Say once how tasks are retried."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

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

# An outage of half a minute burns three short retries, so there are five, and they wait longer each time.
DEFAULT_ARGS: dict[str, Any] = {
    "retries": 5,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
    "retry_policy": POLICY,
}
# Customers wait while these tasks do.
CUTOVER_ARGS: dict[str, Any] = {
    "retry_delay": timedelta(seconds=3),
    "max_retry_delay": timedelta(seconds=30),
}
