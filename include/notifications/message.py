"""Write an event down for each kind of receiver."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from pydantic import Field

from include.ledger.records import Record
from include.notifications.events import Event


class Message(Record):
    """Hold an event with the run it belongs to; `link` is empty where Airflow does not know its own address."""

    event: Event
    migration: str
    run_id: str
    link: str = Field(default="", description="absolute address of the page to look at")

    @property
    def subject(self) -> str:
        """Return one line."""
        return f"Migration {self.migration}: {self.event.title}"

    def as_text(self) -> str:
        """Return Slack's markup; receivers that know none of it show it as it is."""
        lines = [
            f"*{_slack(self.subject)}*",
            _slack(self.event.what),
            f"*What to do:* {_slack(self.event.to_do)}",
            f"Run {_slack(self.run_id)}",
        ]
        return "\n".join([*lines, *([f"<{self.link}|Open in Airflow>"] if self.link else [])])

    def as_html(self) -> str:
        """Return the body of an e-mail."""
        link = f'<p><a href="{escape(self.link)}">Open in Airflow</a></p>' if self.link else ""
        return (
            f"<h3>{escape(self.subject)}</h3><p>{escape(self.event.what)}</p>"
            f"<p><b>What to do:</b> {escape(self.event.to_do)}</p>{link}<p>Run {escape(self.run_id)}</p>"
        )

    def as_document(self) -> Mapping[str, Any]:
        """Return what a program reads, in the form of https://www.standardwebhooks.com."""
        return {
            "type": f"migration.{self.event.kind}",
            "timestamp": self.event.at,
            "data": {
                "migration": self.migration,
                "run_id": self.run_id,
                "title": self.event.title,
                "what": self.event.what,
                "to_do": self.event.to_do,
                "link": self.link,
            },
        }


def _slack(text: str) -> str:
    """Escape what begins a link or a mention in Slack's markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
