"""Turn what drivers and SDKs raise into this project's errors."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from include.engines import mask
from include.errors import MigrationError, PermanentError, TemporaryError, shorten
from include.logins import is_login_refused


@contextmanager
def explained(place: str, remedy: str, *secrets: str) -> Generator[None]:
    """Raise a `TemporaryError` that names the place and what to do, for any foreign exception inside.

    A login that a server refuses is a `PermanentError`: no later try has another one.

    :param secrets: values that must not show should the driver repeat them.
    """
    try:
        yield
    except MigrationError:
        raise
    except Exception as error:  # each driver has an exception tree of its own
        # Masked before it is cut: a cut through a secret would leave a part of it that nothing recognizes.
        text = f"{type(error).__name__}: {shorten(mask(str(error), secrets), 200)}"
        kind = PermanentError if is_login_refused(error) else TemporaryError
        raise kind(f"{place}: {text}; {remedy}") from error
