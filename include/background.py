"""Do something in a thread of its own for as long as a block takes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def in_background(
    work: Callable[[threading.Event], object], name: str, patience: float | None = None
) -> Generator[None]:
    """Run `work` beside the block, and wait for its end.

    :param work: is given an event that is set when the block ends; what it raises is lost, it has to keep that itself.
    :param name: of the thread.
    :param patience: seconds to wait at most, for work that may stand still and is of no weight; the thread is left then.
    """
    is_over = threading.Event()
    thread = threading.Thread(target=work, args=(is_over,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join(patience)
