"""Copy databases into the target's servers, and prove every table, sequence and large object."""

from __future__ import annotations

from include.databases.arming import (
    arm_way_back,
    disarm_way_back,
    look_at_ways_back,
)
from include.databases.copying import (
    copy_database,
    copy_database_delta,
    copy_database_once_more,
    reach_database,
)
from include.databases.ending import drop_followers, end_following
from include.databases.fencing import look_at_fences, open_fences, refuse_unfenced, shut_fences
from include.databases.follow import follow_databases, refuse_unfollowed, stop_following
from include.databases.going_back import bring_back_databases
from include.databases.handover import hand_over_databases, take_back_databases
from include.databases.proving import prove_database, prove_databases
from include.databases.resuming import resume_following
from include.databases.untouched import find_written_databases, renew_way_back

__all__ = [
    "arm_way_back",
    "bring_back_databases",
    "copy_database",
    "copy_database_delta",
    "copy_database_once_more",
    "disarm_way_back",
    "drop_followers",
    "end_following",
    "find_written_databases",
    "follow_databases",
    "hand_over_databases",
    "look_at_fences",
    "look_at_ways_back",
    "open_fences",
    "prove_database",
    "prove_databases",
    "reach_database",
    "refuse_unfenced",
    "refuse_unfollowed",
    "renew_way_back",
    "resume_following",
    "shut_fences",
    "stop_following",
    "take_back_databases",
]
