"""Predict seconds from sizes by simple rates.

The rates are cautious round numbers, not promises: they come from runs of the lab (two cores, one disk, no real
network) and the overhead is what one item costs there however small it is. The report shows predicted beside measured.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """Say what one item costs: `seconds` each, and `bytes_per_second` for its content."""

    seconds: float
    bytes_per_second: float

    def predict(self, size: int) -> float:
        """Return the seconds for one item of `size` bytes."""
        return round(self.seconds + size / self.bytes_per_second, 1)


RATES = {
    "image": Rate(seconds=0.5, bytes_per_second=50e6),
    "database": Rate(seconds=5.0, bytes_per_second=10e6),
    "bucket": Rate(seconds=2.0, bytes_per_second=40e6),
    "bucket setting": Rate(seconds=0.2, bytes_per_second=1e9),
    "volume": Rate(seconds=15.0, bytes_per_second=30e6),
    "velero": Rate(seconds=30.0, bytes_per_second=1e9),
    "object": Rate(seconds=0.1, bytes_per_second=1e9),
    "workload": Rate(seconds=10.0, bytes_per_second=1e9),
    "check": Rate(seconds=0.5, bytes_per_second=1e9),
    "pods": Rate(seconds=0.02, bytes_per_second=1e9),
    "service": Rate(seconds=0.02, bytes_per_second=1e9),
    "name": Rate(seconds=0.1, bytes_per_second=1e9),
    "ingress": Rate(seconds=0.2, bytes_per_second=1e9),
    "mount": Rate(seconds=0.02, bytes_per_second=1e9),
    "schedule": Rate(seconds=0.1, bytes_per_second=1e9),
    # While customers wait: movers stand by and know what they carried, so that little more than the proof is left of a volume
    # and of a followed database; of one that is dumped, each table may have changed.
    "last pass of a volume": Rate(seconds=5.0, bytes_per_second=100e6),
    "last pass of a followed database": Rate(seconds=5.0, bytes_per_second=50e6),
    "last pass of a dumped database": Rate(seconds=5.0, bytes_per_second=10e6),
    "last pass of a bucket": Rate(seconds=3.0, bytes_per_second=40e6),
    "stop, start and switch": Rate(seconds=20.0, bytes_per_second=1e9),
    "endpoint": Rate(seconds=30.0, bytes_per_second=1e9),
    "resource": Rate(seconds=0.5, bytes_per_second=1e9),
    # Minutes in a cloud, seconds in the lab.
    "new cluster": Rate(seconds=600.0, bytes_per_second=1e9),
    "new instance": Rate(seconds=420.0, bytes_per_second=1e9),
    "new balancer": Rate(seconds=10.0, bytes_per_second=1e9),
    "new nodepool": Rate(seconds=300.0, bytes_per_second=1e9),
}


def predict_seconds(kind: str, size: int = 0) -> float:
    """Return the predicted seconds of one item."""
    return RATES[kind].predict(size)
