"""Give orders to movers that stand by, and read what they answer in their logs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from include.errors import ObjectNotFoundError, TemporaryError
from include.volumes.manifests import ORDER, Mover
from include.volumes.output import progress_line
from include.volumes.running import SECONDS_BETWEEN_LINES, mover_failure
from include.volumes.users import ENDED

if TYPE_CHECKING:
    from include.clusters import Cluster

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.2
# A kubelet hands a new annotation on within a second; one that does not is not waited for.
BEGIN_SECONDS = 15.0

Manifest = dict[str, Any]


class StandbyLostError(TemporaryError):
    """A mover does not stand by, or does so no longer: what it was to do has to be done without it."""


class Order:
    """Be one order to one mover. Giving it again does nothing but find the answer: a task that was killed loses nothing.

    :param text: settings for the mover's script, `NAME=value` with blanks between.
    """

    def __init__(self, cluster: Cluster, mover: Mover, text: str) -> None:
        self._cluster, self._mover, self._text = cluster, mover, text
        self._pod = ""

    def give(self) -> None:
        """Hand the order to the mover's pod.

        :raises StandbyLostError: when there is none.
        """
        self._pod = self._find_pod()
        path = f"/api/v1/namespaces/{self._mover.namespace}/pods/{self._pod}"
        try:
            self._cluster.patch(path, {"metadata": {"annotations": {ORDER: self._text}}})
        except ObjectNotFoundError as error:
            raise self._lost("went away") from error

    def answer(self, is_enough: Callable[[str], bool] | None = None) -> str:
        """Return what the mover printed for this order, when it has carried it out, or as soon as that is enough.

        :raises StandbyLostError: when the mover ended without an answer.
        :raises MigrationError: when the order failed, with the mover's last lines.
        """
        started = last_line = time.monotonic()
        while True:
            ended = self._has_ended()
            text, code = self._printed()
            if code is not None and code != 0:
                raise mover_failure(self._cluster, self._mover, code, "Failed", text or "")
            if code == 0:
                logger.info(
                    "Mover %s on the %s cluster: done, %.1f s",
                    self._mover.name,
                    self._cluster.name,
                    time.monotonic() - started,
                )
            if text is not None and (code == 0 or (is_enough and is_enough(text))):
                return text
            moment = time.monotonic()
            if ended or (text is None and moment - started >= BEGIN_SECONDS):
                raise self._lost("ended" if ended else f"did not begin within {BEGIN_SECONDS:.0f} s")
            if moment - last_line >= SECONDS_BETWEEN_LINES:
                last_line = moment
                logger.info(
                    "Mover %s on the %s cluster: %s",
                    self._mover.name,
                    self._cluster.name,
                    progress_line(text or ""),
                )
            time.sleep(POLL_SECONDS)

    def _printed(self) -> tuple[str | None, int | None]:
        """Return what was printed for this order, None before it began, and the exit code, None before it ended."""
        try:
            log = self._cluster.logs(self._mover.namespace, self._pod, "mover")
        except ObjectNotFoundError as error:
            raise self._lost("went away") from error
        begun, _, rest = log.partition(f"cce-begin {self._text}\n")
        if begun == log:
            return None, None
        text: list[str] = []
        for line in rest.splitlines():
            words = line.split(maxsplit=2)
            if words[:1] == ["cce-end"]:
                return "\n".join(text), int(words[1])
            text.append(line)
        return "\n".join(text), None

    def _find_pod(self) -> str:
        path = f"/api/v1/namespaces/{self._mover.namespace}/pods"
        for pod in self._cluster.list(path, labelSelector=f"job-name={self._mover.name}"):
            is_asked = (pod["metadata"].get("annotations") or {}).get(ORDER) == self._text
            if (pod.get("status") or {}).get("phase") == "Running" or is_asked:
                return str(pod["metadata"]["name"])
        raise self._lost("does not stand by")

    def _has_ended(self) -> bool:
        pod = self._cluster.find(f"/api/v1/namespaces/{self._mover.namespace}/pods/{self._pod}")
        return pod is None or (pod.get("status") or {}).get("phase") in ENDED

    def _lost(self, what: str) -> StandbyLostError:
        return StandbyLostError(
            f"Job {self._mover.namespace}/{self._mover.name}, {self._cluster.name} cluster: {what}; "
            "its volume is moved by movers of their own"
        )
