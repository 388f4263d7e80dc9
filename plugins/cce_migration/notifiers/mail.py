"""Send e-mail by Airflow's own hook."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from include.notifications.message import Message


def send_mail(connection_id: str, to: list[str], message: Message) -> None:
    """Send a message by the mail server of an `smtp` connection; its extra `from_email` is the sender."""
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    with SmtpHook(smtp_conn_id=connection_id) as server:
        server.send_email_smtp(to=to, subject=message.subject, html_content=message.as_html())
