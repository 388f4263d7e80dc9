"""What CCE refuses, in its words. The codes of 409 for what is not ready are not confirmed."""

from __future__ import annotations

from lab.cloud.refusals import RefusalError, by_cce


def missing() -> RefusalError:
    """Return the refusal of what is not there."""
    return by_cce(404, "CCE.01404001", "Resource not found.")


def invalid(*fields: str) -> RefusalError:
    """Return the refusal of a request in which these fields are wrong."""
    return by_cce(
        400, "CCE.01400001", " ".join(["Invalid request.", *(f"{one} is invalid." for one in fields)])
    )


def refuse_wrong(checks: dict[str, object]) -> None:
    """Refuse a request by what is wrong in it: each check is what must be true of a field.

    Raises:
        RefusalError: at least one is not.
    """
    wrong = [field for field, is_right in checks.items() if not is_right]
    if wrong:
        raise invalid(*wrong)


def taken() -> RefusalError:
    """Return the refusal of a name that another one has."""
    return by_cce(409, "CCE.01409001", "Resource already exists.")


def not_ready() -> RefusalError:
    """Return the refusal of work on a cluster that is not Available."""
    return by_cce(409, "CCE.01409003", "The cluster is not available.")


def without_quota() -> RefusalError:
    """Return the refusal of a cluster more than there may be."""
    return by_cce(400, "CCE.01400007", "Insufficient cluster quota.")


def without_servers() -> RefusalError:
    """Return the refusal of more nodes than there may be."""
    return by_cce(400, "CCE.01400008", "Insufficient server quota")
