"""End a task's process together with the worker that supervises it.

Airflow tries a task again when its supervisor is gone. A process that outlived it would work on beside the new one, which waits for
what it has locked until its tries are used up.
"""

from __future__ import annotations

import ctypes
import signal
import sys

# prctl(2)
PR_SET_PDEATHSIG = 1


def end_with_supervisor() -> None:
    """Have the kernel kill this process when its supervisor dies; programs that it runs end with it.

    Does nothing where none supervises it: in `dag.test()`, and in unit tests.
    """
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import CommsDecoder

    if isinstance(getattr(task_runner, "SUPERVISOR_COMMS", None), CommsDecoder):
        end_with_parent()


def end_with_parent() -> None:
    """Have the kernel kill this process when its parent dies; only Linux knows how."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
