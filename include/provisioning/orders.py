"""Keep what a run orders in the target cloud: before it is ordered, so that nothing that was made is ever unknown."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from include.ledger import Ledger, safe_key
from include.ledger.records import Record, now
from include.provisioning.resource import Orderable

FOLDER = "provisioning"
PROVIDED = "provided"


class Order(Record):
    """Hold the intent to order one thing, and what became of it: the document `provisioning/<key>`."""

    key: str
    kind: str
    name: str
    place: str
    removal: str
    intended: str = Field(default_factory=now)
    id: str | None = Field(default=None, description="none as long as no answer to the order was seen")
    refused: str | None = Field(default=None, description="why it certainly was not made")
    removed: bool = Field(default=False, description="whether this run has removed it again")

    @property
    def is_open(self) -> bool:
        """Say whether the thing is there, or may be."""
        return self.refused is None and not self.removed


@dataclass(frozen=True)
class MadeResource:
    """Name one thing that a run made, or may have made: then its id is None."""

    kind: str
    name: str
    id: str | None
    when: str
    place: str
    removal: str

    @property
    def label(self) -> str:
        """Return e.g. `cluster shop-target`."""
        return f"{self.kind} {self.name}"


def note_intent(ledger: Ledger, resource: Orderable) -> None:
    """Write down that a thing is about to be ordered; what is known of an earlier try's open order stays."""
    earlier = open_order(ledger, resource.key)
    if earlier is None:
        _write(
            ledger,
            Order(
                key=resource.key,
                kind=resource.kind,
                name=resource.name,
                place=resource.place,
                removal=resource.removal,
            ),
        )


def note_id(ledger: Ledger, key: str, identity: str) -> None:
    """Write down the id of a thing that this run ordered: another try, which came second, may have been refused."""
    order = _read(ledger, key)
    if order is not None and (order.id, order.refused) != (identity, None):
        _write(ledger, order.model_copy(update={"id": identity, "refused": None}))


def note_refusal(ledger: Ledger, key: str, reason: str) -> None:
    """Write down that an order was refused: nothing was made by it."""
    order = open_order(ledger, key)
    if order is not None and order.id is None:
        _write(ledger, order.model_copy(update={"refused": reason}))


def note_removal(ledger: Ledger, key: str) -> None:
    """Write down that this run has removed again what it ordered."""
    order = _read(ledger, key)
    if order is not None:
        _write(ledger, order.model_copy(update={"removed": True}))


def open_order(ledger: Ledger, key: str) -> Order | None:
    """Return this run's order of a thing, or None when there was none, it was refused, or the thing was removed again."""
    order = _read(ledger, key)
    return order if order is not None and order.is_open else None


def note_provided(ledger: Ledger, key: str, identity: str) -> None:
    """Write down the id of a thing that is ready for use, made or taken: the document `provided/<key>`."""
    ledger.write(f"{PROVIDED}/{safe_key(key)}", {"key": key, "id": identity})


def provided_id(ledger: Ledger, key: str) -> str | None:
    """Return the id of a thing that this run has provided, or None."""
    name = f"{PROVIDED}/{safe_key(key)}"
    return str(ledger.read(name)["id"]) if ledger.exists(name) else None


def made_resources(ledger: Ledger) -> list[MadeResource]:
    """Return what this run made, oldest first; also what it may have made, since it was stopped while it ordered."""
    orders = [Order.model_validate(ledger.read(name)) for name in ledger.list(FOLDER)]
    made = sorted((one for one in orders if one.is_open), key=lambda one: one.intended)
    return [MadeResource(one.kind, one.name, one.id, one.intended, one.place, one.removal) for one in made]


def _read(ledger: Ledger, key: str) -> Order | None:
    name = _document(key)
    return Order.model_validate(ledger.read(name)) if ledger.exists(name) else None


def _document(key: str) -> str:
    return f"{FOLDER}/{safe_key(key)}"


def _write(ledger: Ledger, order: Order) -> None:
    ledger.write(_document(order.key), order)
