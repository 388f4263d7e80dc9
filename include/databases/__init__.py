"""Copy databases into the target's servers, and prove every table, sequence and large object."""

from __future__ import annotations

from include.databases.copying import copy_database, copy_database_delta
from include.databases.handover import hand_over_databases, take_back_databases
from include.databases.proving import prove_database, prove_databases

__all__ = [
    "copy_database",
    "copy_database_delta",
    "hand_over_databases",
    "prove_database",
    "prove_databases",
    "take_back_databases",
]
