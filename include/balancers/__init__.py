"""Lead a listener of ELB from one pool of members to another.

https://support.huaweicloud.com/intl/en-us/api-elb/elb_xq_jt_0000.html and the pages beside it (ELB v3); Open Telekom Cloud's is
the same.
"""

from __future__ import annotations

from include.balancers.health import ONLINE, await_online, online_states
from include.balancers.listeners import Listener, move_listener, read_listener
from include.balancers.members import Member, sync_members
from include.balancers.pools import former_pool, make_target_pool, target_pool_of

__all__ = [
    "ONLINE",
    "Listener",
    "Member",
    "await_online",
    "former_pool",
    "make_target_pool",
    "move_listener",
    "online_states",
    "read_listener",
    "sync_members",
    "target_pool_of",
]
