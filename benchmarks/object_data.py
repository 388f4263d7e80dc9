"""Many small objects and some large ones, as a shop's pictures and its backups are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from benchmarks.noise import noise
from benchmarks.object_server import CONNECTIONS, Store

SOURCE_BUCKET = "bench-source"


@dataclass(frozen=True)
class Objects:
    """Say how many there are, and their bytes."""

    small: int = 50_000
    small_size: int = 8_192
    large: int = 20
    large_size: int = 256 * 1024 * 1024

    @property
    def bytes(self) -> int:
        """Return the bytes of all."""
        return self.small * self.small_size + self.large * self.large_size

    def scaled(self, scale: float) -> Objects:
        """Return fewer or more objects of the same sizes."""
        return replace(self, small=int(self.small * scale), large=max(1, int(self.large * scale)))

    def put(self, store: Store) -> None:
        """Put all of them into the source's bucket."""
        client = store.client()
        client.create_bucket(Bucket=SOURCE_BUCKET)

        def put(key: str, size: int) -> None:
            body = noise(key, size)
            client.put_object(Bucket=SOURCE_BUCKET, Key=key, Body=body, Metadata={"origin": "benchmark"})

        with ThreadPoolExecutor(CONNECTIONS) as pool:
            keys = [f"pictures/{number % 100:02}/{number:06}.jpg" for number in range(self.small)]
            list(pool.map(lambda key: put(key, self.small_size), keys))
        for number in range(self.large):
            put(f"backups/{number:03}.bin", self.large_size)
