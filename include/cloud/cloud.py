"""Call a project's services: the one place where requests are made, repeated and their failures put into words."""

from __future__ import annotations

import re
import threading
from importlib import import_module
from typing import Any

import stamina

from include.cloud.access import CloudAccess
from include.cloud.answers import Asked, refusal_error
from include.cloud.clients import MODULES, Refusal, make_client
from include.cloud.providers import Service
from include.cloud.silence import refuse_what_is_no_answer, silence_error
from include.errors import CloudThrottledError, CloudUnavailableError

READS = re.compile(r"(keystone_)?(get|list|show)_")
ATTEMPTS = 6
LONGEST_WAIT_SECONDS = 120.0
# Who is asked to wait longer gives up, and leaves the waiting to the task's own retries.
LONGEST_ASKED_WAIT_SECONDS = 60.0
# Changes are counted by the minute, refused ones as well: repeated at once they only prolong it.
THROTTLED_CHANGE_SECONDS = 20.0


class Cloud:
    """Call the services of one project. Safe to share between threads."""

    def __init__(self, access: CloudAccess, *, attempts: int = ATTEMPTS) -> None:
        self.access = access
        self._attempts = attempts
        self._clients: dict[Service, Any] = {}
        self._making = threading.Lock()

    def client(self, service: Service) -> Any:
        """Return the SDK's client of a service. Its own calls are neither repeated nor put into words."""
        with self._making:
            if service not in self._clients:
                self._clients[service] = make_client(service, self.access)
            return self._clients[service]

    def call(self, service: Service, operation: str, *, is_idempotent: bool = False, **fields: Any) -> Any:
        """Return the SDK's answer to one operation, such as `call("cce", "show_cluster", cluster_id=…)`.

        :param operation: the name of the SDK client's method.
        :param is_idempotent: a change that may be made twice. Reads and idempotent changes are repeated when they
            failed for a while; other changes only when they certainly did not happen.
        :param fields: of the operation's request; a `body` may be a mapping with the API's own names.
        :raises CloudError: of the class that fits what the cloud refused.
        :raises CloudUnavailableError: when it did not answer, or was busy, until the attempts ran out.
        """
        is_read = READS.match(operation) is not None
        attempts = stamina.retry_context(
            on=_worth_repeating(is_read=is_read, may_repeat=is_read or is_idempotent),
            attempts=self._attempts,
            timeout=LONGEST_WAIT_SECONDS,
            wait_initial=0.5,
            wait_max=20.0,
        )
        for attempt in attempts:
            with attempt:
                answer = self._once(service, operation, fields)
        return answer

    def _once(self, service: Service, operation: str, fields: dict[str, Any]) -> Any:
        from huaweicloudsdkcore.exceptions.exceptions import SdkException
        from requests import RequestException

        asked, url = Asked(service, operation, self.access.place), self.access.endpoint(service)
        request = _request(service, operation)(**fields)
        try:
            answer = getattr(self.client(service), operation)(request)
        except Refusal as refusal:
            raise refusal_error(refusal, asked) from None
        except (SdkException, RequestException) as error:
            raise silence_error(error, asked, url) from error
        refuse_what_is_no_answer(answer, asked, url)
        return answer


def _request(service: Service, operation: str) -> Any:
    """Return the request class of an operation: `list_clusters` takes a `ListClustersRequest`."""
    name = "".join(word.capitalize() for word in operation.split("_"))
    return getattr(import_module(MODULES[service]), f"{name}Request")


def _worth_repeating(*, is_read: bool, may_repeat: bool) -> Any:
    def decide(error: Exception) -> bool | float:
        if not isinstance(error, CloudUnavailableError) or error.wait_seconds > LONGEST_ASKED_WAIT_SECONDS:
            return False
        if error.may_have_happened and not may_repeat:
            return False
        if isinstance(error, CloudThrottledError) and not is_read:
            return error.wait_seconds or THROTTLED_CHANGE_SECONDS
        return error.wait_seconds or True

    return decide
