"""The customers of the shop: orders, reads and now and then an upload, at a steady rate, for as long as the lab is up.

Run as `python -m lab.estate.traffic` under the supervisor.
"""

from __future__ import annotations

import sys

from lab import addresses, paths
from lab.estate.heartbeat import seconds_since
from lab.parts import Program

_FRESH_SECONDS = 5
# some requests one after the other, each to a door that is shut
_ALIVE_SECONDS = 20
_SHUT_SECONDS = 3600


class Traffic:
    """The process that writes; ready when it was acknowledged a moment ago, or tries while the shop is shut."""

    name = "traffic"
    depends_on = ("estate",)
    address = f"http://{addresses.SHOP_HOST}/orders"

    def prepare(self) -> None:
        """Make the folder of its journals."""
        paths.data_of(self.name)

    def programs(self) -> list[Program]:
        """Return the process."""
        command = [sys.executable, "-m", "lab.estate.traffic"]
        return [Program("traffic", command, directory=str(paths.ROOT))]

    def is_ready(self) -> bool:
        """Say whether an order was taken a moment ago, or, once one was, whether another is being tried."""
        if seconds_since("acknowledged") < _FRESH_SECONDS:
            return True
        # a shop that is shut for a while, as in a cutover, is no fault of its customers
        return seconds_since("acknowledged") < _SHUT_SECONDS and seconds_since("tried") < _ALIVE_SECONDS

    def finish(self) -> None:
        """Do nothing more."""


if __name__ == "__main__":
    from lab.estate.customers import serve_for_ever

    serve_for_ever()
