"""Move the customers: stop the writers, open the gates, switch the front door, watch, and go back if need be."""

from __future__ import annotations

from include.cutover.front_door import is_traffic_on_target, service_addresses
from include.cutover.gates import pass_gates
from include.cutover.probing import finish_probe, is_probing, probe_front_door
from include.cutover.quiescing import is_quiesced, quiesce, release_workloads, unquiesce
from include.cutover.steps import recorded_steps, timed_step
from include.cutover.switching import switch_back, switch_traffic
from include.cutover.watching import WatchFailedError, watch_target

__all__ = [
    "WatchFailedError",
    "finish_probe",
    "is_probing",
    "is_quiesced",
    "is_traffic_on_target",
    "pass_gates",
    "probe_front_door",
    "quiesce",
    "recorded_steps",
    "release_workloads",
    "service_addresses",
    "switch_back",
    "switch_traffic",
    "timed_step",
    "unquiesce",
    "watch_target",
]
