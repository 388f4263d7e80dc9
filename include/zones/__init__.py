"""Know and change what a DNS name holds, wherever its zone is kept.

`open_zone` chooses by the type of the connection: `generic` is a server that takes signed updates, `cce` the DNS service of
the cloud's project, `http` a hook of the user's own.
"""

from __future__ import annotations

from include.zones.opening import open_zone
from include.zones.records import RecordSet, records_of
from include.zones.zone import Zone

__all__ = ["RecordSet", "Zone", "open_zone", "records_of"]
