"""Tell the receivers of an event, each once, side by side, within a few seconds."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from include.errors import SecretInLedgerError, shorten
from include.ledger import Ledger, safe_key
from include.ledger.records import now
from include.notifications.message import Message
from include.notifications.webhooks import send_to_slack, send_to_webhook

if TYPE_CHECKING:
    from include.definition import EventKind, Notification
    from include.notifications.events import Event
    from include.run import MigrationRun

logger = logging.getLogger(__name__)
FOLDER = "notifications"
LONGEST_SECONDS = 10.0
HIDDEN = "Its text would have carried a secret; it stands masked in the log of the task."

SendMail = Callable[[str, list[str], Message], None]


def notify(run: MigrationRun, event: Event, link: str, send_mail: SendMail) -> None:
    """Tell everybody of an event whom the definition names for it; who was told before is not told again.

    Never raises, and takes no more than ten seconds: what goes wrong is a warning in the log, and stands in the ledger.

    :param link: absolute address of the page to look at, or nothing.
    :param send_mail: sends a message by the mail server of a connection to addresses.
    """
    try:
        _notify(run, event, link, send_mail)
    except Exception as error:  # a message that fails must not fail a migration
        logger.warning("Nobody could be told of %s: %s", event.id, shorten(str(error)))


def was_told_of(ledger: Ledger, kind: EventKind) -> bool:
    """Say whether there was an event of this kind in the run, with somebody to be told of it."""
    return any(ledger.read(name)["event"]["kind"] == kind for name in ledger.list(FOLDER))


def _notify(run: MigrationRun, event: Event, link: str, send_mail: SendMail) -> None:
    wanted = [one for one in run.definition.notifications if event.kind in one.events]
    sent = _sent(run.ledger, event)
    waiting = [one for one in wanted if sent.get(_name(one), {}).get("error", "") is not None]
    if not waiting:
        return
    message = _checked(run, event, link)
    outcomes = _side_by_side(run, waiting, message, send_mail)
    for name, error in outcomes.items():
        if error is None:
            logger.info("Told %s of %s", name, event.id)
        else:
            logger.warning("%s was not told of %s: %s", name, event.id, error)
    told = {name: {"at": now(), "error": error} for name, error in outcomes.items()}
    _write(run.ledger, message, {**sent, **told})


def _side_by_side(
    run: MigrationRun, waiting: list[Notification], message: Message, send_mail: SendMail
) -> dict[str, str | None]:
    """Return why each receiver was not told, None for those that were.

    The threads are daemons: one that hangs is left behind, and does not keep its process.
    """
    outcomes: dict[str, str | None] = {_name(one): f"no end after {LONGEST_SECONDS:.0f} s" for one in waiting}
    finished: dict[str, str | None] = {}

    def tell(one: Notification) -> None:
        try:
            _send(run, one, message, send_mail)
            finished[_name(one)] = None
        except Exception as error:  # each way of sending has an exception tree of its own
            finished[_name(one)] = shorten(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=tell, args=(one,), daemon=True) for one in waiting]
    for thread in threads:
        thread.start()
    ends = time.monotonic() + LONGEST_SECONDS
    for thread in threads:
        thread.join(max(0.0, ends - time.monotonic()))
    return {**outcomes, **finished}


def _send(run: MigrationRun, one: Notification, message: Message, send_mail: SendMail) -> None:
    if one.kind == "email":
        send_mail(one.connection, one.to, message)
    elif one.kind == "slack":
        send_to_slack(run.connections.slack(one.connection), message)
    else:
        send_to_webhook(run.connections.webhook(one.connection), message)


def _checked(run: MigrationRun, event: Event, link: str) -> Message:
    """Return the message, its text hidden where the ledger finds a secret in it."""
    message = Message(event=event, migration=run.definition.name, run_id=run.run_id, link=link)
    try:
        _write(run.ledger, message, _sent(run.ledger, event))
    except SecretInLedgerError:
        hidden = event.model_copy(update={"what": HIDDEN})
        message = message.model_copy(update={"event": hidden})
    return message


def _write(ledger: Ledger, message: Message, receivers: dict[str, Any]) -> None:
    ledger.write(_document(message.event), {**message.model_dump(mode="json"), "receivers": receivers})


def _sent(ledger: Ledger, event: Event) -> dict[str, Any]:
    name = _document(event)
    return dict(ledger.read(name)["receivers"]) if ledger.exists(name) else {}


def _document(event: Event) -> str:
    return f"{FOLDER}/{safe_key(event.id)}"


def _name(one: Notification) -> str:
    recipients = f" to {', '.join(one.to)}" if one.to else ""
    return f"{one.kind} {one.connection}{recipients}"
