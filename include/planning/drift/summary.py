"""Tell a person how the source has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from include.planning.drift.model import Change
from include.planning.markdown import cell

MOST_CHANGES = 50
AGAIN = "**The plan was made again** since it was approved last; this is the new one.\n"


def drift_summary(changes: Sequence[Change]) -> str:
    """Return Markdown: what is new, gone or changed since the plan that was approved last."""
    if not changes:
        return AGAIN
    counts = Counter(change.what for change in changes)
    numbers = ", ".join(f"{count} {what}" for what, count in counts.items())
    lines = [f"- {cell(change.text())}" for change in changes[:MOST_CHANGES]]
    more = len(changes) - MOST_CHANGES
    lines += [f"- … and {more} more, in the ledger document `drift`"] if more > 0 else []
    return f"## The source has changed since the plan was approved: {numbers}\n\n" + "\n".join(lines) + "\n"
