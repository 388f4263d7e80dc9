"""Read what containerd keeps on nodes of the source, for images that their registry has lost."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from include.batches import in_batches
from include.errors import ClusterUnavailableError

if TYPE_CHECKING:
    from include.run import MigrationRun

FOLDER = "/volume/blobs/sha256"
# Prints name and size of each of its arguments that is there.
LIST = f'cd {FOLDER} && for name in "$@"; do if [ -f "$name" ]; then stat -c "%n %s" "$name"; fi; done'
LIST_SECONDS = 60.0
# Of a stream: a disk that is busy may pause.
SILENCE_SECONDS = 60.0
CONTAINER = "mover"
# Names of one command, whose answer has to fit into what is kept of it.
MOST_NAMES = 200


class NodeReader:
    """Read containerd's content through a pod on each node, which mounts its folder read-only and does nothing.

    The pods stand until `remove`: tasks of one run share them. Safe to use from many threads.
    """

    def __init__(self, run: MigrationRun) -> None:
        self._run = run
        self._pods: dict[str, str] = {}
        self._lock = threading.Lock()

    def sizes(self, node: str, digests: Iterable[str]) -> dict[str, int]:
        """Return the bytes of those digests that a node has.

        :raises TemporaryError: when the pod does not start, or does not answer.
        """
        names = (digest.removeprefix("sha256:") for digest in digests)
        found: dict[str, int] = {}
        for batch in in_batches(names, MOST_NAMES):
            found |= self._sizes(node, batch)
        return found

    def read(self, node: str, digest: str) -> Iterator[bytes]:
        """Yield the bytes of a digest that a node has.

        :raises ClusterUnavailableError: when the connection breaks.
        """
        from include.velero.names import NAMESPACE

        command = ["cat", f"{FOLDER}/{digest.removeprefix('sha256:')}"]
        pod = self._pod(node)
        yield from self._run.source.stream_command(NAMESPACE, pod, CONTAINER, command, SILENCE_SECONDS)

    def remove(self, nodes: Iterable[str]) -> None:
        """Remove the pods of these nodes."""
        from include.volumes.movers import content_mover
        from include.volumes.running import remove_mover_with_secret

        for node in nodes:
            remove_mover_with_secret(self._run.source, content_mover(self._run, node))
            self._pods.pop(node, None)

    def _sizes(self, node: str, names: list[str]) -> dict[str, int]:
        from include.velero.names import NAMESPACE

        command = ["sh", "-c", LIST, "sh", *names]
        pod = self._pod(node)
        done = self._run.source.run_command(NAMESPACE, pod, CONTAINER, command, LIST_SECONDS)
        if done.exit_code != 0:
            raise ClusterUnavailableError(
                f"pod {NAMESPACE}/{pod}, source cluster: cannot look into containerd's content of node {node} "
                f"({done.errors.strip()}); check images.containerd_root of the definition",
                cluster=self._run.source.name,
            )
        pairs = (line.split() for line in done.output.splitlines())
        return {f"sha256:{name}": int(size) for name, size in pairs}

    def _pod(self, node: str) -> str:
        with self._lock:
            if node not in self._pods:
                self._pods[node] = self._start(node)
            return self._pods[node]

    def _start(self, node: str) -> str:
        from include.volumes.movers import content_mover, ensure_namespace
        from include.volumes.running import await_pod, start_mover

        cluster, mover = self._run.source, content_mover(self._run, node)
        ensure_namespace(self._run, cluster)
        uid = start_mover(cluster, mover, {})
        pod = await_pod(cluster, mover, uid, frozenset({"Running"}))
        return str(pod["metadata"]["name"])
