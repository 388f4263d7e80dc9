"""Follow a database for ever, in a process that a test kills: `python -m tests.contract.mariadb.following_process`.

Standard input holds what to follow, for arguments are seen by everybody.
"""

from __future__ import annotations

import json
import sys

from include.connections import DatabaseAccess
from include.databases.mariadb.following import MariadbFollower


def main() -> None:
    """Apply changes, a line a turn."""
    told = json.load(sys.stdin)
    follower = MariadbFollower(
        DatabaseAccess(**told["origin"]), DatabaseAccess(**told["destination"]), told["database"]
    )
    while True:
        print(follower.apply(seconds=0.3).rows, flush=True)


if __name__ == "__main__":
    main()
