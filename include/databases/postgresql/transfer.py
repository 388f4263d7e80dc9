"""Take transactions from a stream of changes and commit them, with the position, in the database that follows."""

from __future__ import annotations

import time

from include.databases.following import Applied
from include.databases.postgresql.applying import Table, apply_changes, read_table, truncate
from include.databases.postgresql.pgoutput import Begin, Change, Commit, Message, Relation, Truncate
from include.databases.postgresql.position import move_position, read_position
from include.databases.postgresql.session import Connection
from include.databases.postgresql.stream import ChangeStream, Sent, position_text, present

# Small transactions are committed together as long as more of them are there: a commit costs as much as many rows.
ROWS_TOGETHER = 1000
# They come one by one from a busy origin: who commits each as it comes spends all time on commits, and falls behind.
SECONDS_TO_GATHER = 0.1
SECONDS_BETWEEN_LOOKS = 0.1


class Transfer:
    """Bind one stream to one session of the destination. After an error both are of no use any more."""

    def __init__(self, stream: ChangeStream, destination: Connection) -> None:
        self._stream = stream
        self._destination = destination
        self._known = read_position(destination)
        destination.commit()
        self._noted = self._end = self._known.place
        self._seen = 0
        self._relations: dict[int, Relation] = {}
        self._tables: dict[int, Table] = {}
        self._pending: list[tuple[Table, Change]] = []
        self._is_open = self._is_skipped = self._is_written = False
        # Of what is not committed yet, when the first was committed on the origin, by its clock.
        self._oldest: float | None = None
        # Until when it is gathered, by this machine's clock; while a goal is waited for, nothing is gathered.
        self._due: float | None = None
        self._is_gathering = True
        self._skew = float("inf")
        self._transactions = self._rows = 0
        self.lag_seconds = 0.0

    @property
    def reached(self) -> int:
        """Return up to where the destination has everything."""
        return max(self._noted, self._seen)

    def run(self, goal: int | None, seconds: float) -> Applied:
        """Apply for some seconds, or until the goal is reached; a transaction that has begun is applied to its end."""
        ends = time.monotonic() + seconds
        self._transactions, self._rows, self.lag_seconds = 0, 0, 0.0
        self._is_gathering = goal is None
        is_idle = False
        while goal is None or self.reached < goal:
            sent = self._stream.read(self._patience(ends))
            is_idle = sent is None
            if sent is None:
                self._rest(asks=goal is not None)
            else:
                self._take(sent)
            if time.monotonic() > ends and not self._is_open:
                break
        self._commit()
        is_complete = is_idle if goal is None else self.reached >= goal
        return Applied(self._transactions, self._rows, position_text(self.reached), is_complete)

    def _patience(self, ends: float) -> float:
        if not self._is_open and self._due is not None:
            ends = min(ends, self._due) if self._is_gathering else 0.0
        return min(max(ends - time.monotonic(), 0.0), SECONDS_BETWEEN_LOOKS)

    def _is_due(self) -> bool:
        """Say whether what has arrived whole is to be committed now."""
        return self._due is not None and (not self._is_gathering or time.monotonic() >= self._due)

    def _rest(self, *, asks: bool) -> None:
        if self._is_open:
            self._flush()
            return
        self._commit()
        if asks:
            self._stream.ask()

    def _take(self, sent: Sent) -> None:
        # How far the clocks are apart shows in what travelled fastest.
        self._skew = min(self._skew, present() - sent.moment)
        if sent.message is not None:
            self._take_message(sent.message)
        elif not self._is_open and (self._due is None or self._is_due()):
            self._commit()
            self._seen = max(self._seen, sent.end)
            self._stream.confirm(self._seen)

    def _take_message(self, message: Message) -> None:
        if isinstance(message, Begin):
            self._is_open = True
            self._is_skipped = self._known.has(message.commit_position, message.xid)
            if self._oldest is None and not self._is_skipped:
                self._oldest = message.committed
        elif isinstance(message, Relation):
            self._relations[message.number] = message
            self._tables.pop(message.number, None)
        elif isinstance(message, Commit):
            self._close_transaction(message)
        elif not self._is_skipped:
            self._add(message)

    def _close_transaction(self, commit: Commit) -> None:
        self._is_open = False
        self._end = max(self._end, commit.end_position)
        self._transactions += not self._is_skipped
        if self._due is None and self._end != self._noted:
            self._due = time.monotonic() + SECONDS_TO_GATHER
        if len(self._pending) >= ROWS_TOGETHER or self._is_written or (self._is_gathering and self._is_due()):
            self._commit()

    def _add(self, change: Change) -> None:
        self._rows += 1
        if isinstance(change, Truncate):
            self._flush()
            self._write()
            truncate(self._destination, [self._table(number) for number in change.relations], change)
            return
        self._pending.append((self._table(change.relation), change))
        if len(self._pending) >= ROWS_TOGETHER:
            self._flush()

    def _table(self, number: int) -> Table:
        if number not in self._tables:
            self._tables[number] = read_table(self._destination, self._relations[number])
        return self._tables[number]

    def _flush(self) -> None:
        if self._pending:
            self._write()
            apply_changes(self._destination, self._pending)
            self._pending.clear()

    def _write(self) -> None:
        if not self._is_written:
            # What one statement of the origin made good at its end is made good here at the end of its transaction.
            self._destination.execute("set constraints all deferred")
            self._is_written = True

    def _commit(self) -> None:
        """Commit what arrived whole, with its position; call it between transactions only."""
        if self._is_open or self._end == self._noted:
            return
        self._flush()
        move_position(self._destination, self._noted, self._end)
        self._destination.commit()
        self._is_written, self._due = False, None
        self._noted = self._end
        self._stream.confirm(self._noted)
        if self._oldest is not None:
            self.lag_seconds = max(self.lag_seconds, (present() - self._skew - self._oldest) / 1_000_000)
            self._oldest = None
