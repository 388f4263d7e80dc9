"""Turn what drivers and SDKs raise into this project's errors."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from include.errors import MigrationError, TemporaryError, shorten


@contextmanager
def explained(place: str, remedy: str, *secrets: str) -> Generator[None]:
    """Raise a `TemporaryError` that names the place and what to do, for any foreign exception inside.

    :param secrets: values that must not show should the driver repeat them.
    """
    try:
        yield
    except MigrationError:
        raise
    except Exception as error:  # each driver has an exception tree of its own
        text = f"{type(error).__name__}: {shorten(str(error), 200)}"
        for secret in secrets:
            text = text.replace(secret, "…")
        raise TemporaryError(f"{place}: {text}; {remedy}") from error
