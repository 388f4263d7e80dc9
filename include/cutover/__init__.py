"""Move the customers: stop the writers, open the gates, switch the front door, watch, and go back if need be."""

from __future__ import annotations

from include.cutover.evidence import cutover_evidence
from include.cutover.front_door import front_door_addresses, is_traffic_on_target, open_door
from include.cutover.probing import await_probe, finish_probe, is_probing, probe_front_door
from include.cutover.quiescing import is_quiesced, quiesce, release_workloads, unquiesce
from include.cutover.rolled_back import is_rolled_back
from include.cutover.service import service_addresses
from include.cutover.steps import recorded_steps, timed_step
from include.cutover.switching import switch_back
from include.cutover.watching import WatchFailedError, watch_source, watch_target
from include.cutover.webhooks import apply_webhooks

__all__ = [
    "WatchFailedError",
    "apply_webhooks",
    "await_probe",
    "cutover_evidence",
    "finish_probe",
    "front_door_addresses",
    "is_probing",
    "is_quiesced",
    "is_rolled_back",
    "is_traffic_on_target",
    "open_door",
    "probe_front_door",
    "quiesce",
    "recorded_steps",
    "release_workloads",
    "service_addresses",
    "switch_back",
    "timed_step",
    "unquiesce",
    "watch_source",
    "watch_target",
]
