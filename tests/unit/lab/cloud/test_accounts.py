from __future__ import annotations

from lab.cloud.accounts import AccessKey, Account, Locks


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_sixth_wrong_signature_in_a_row_locks_a_key_for_five_minutes() -> None:
    time = Time()
    locks = Locks(time)
    for _ in range(5):
        locks.note_wrong("KEY")
    assert not locks.is_locked("KEY")
    locks.note_wrong("KEY")
    assert locks.is_locked("KEY")
    assert not locks.is_locked("OTHER")
    time.now = 300
    assert not locks.is_locked("KEY")


def test_a_right_signature_between_wrong_ones_is_remembered() -> None:
    locks = Locks(Time())
    for _ in range(5):
        locks.note_wrong("KEY")
    locks.note_right("KEY")
    locks.note_wrong("KEY")
    assert not locks.is_locked("KEY")


def test_no_secret_is_shown() -> None:
    account = Account("1ab", "1ab", "eu-de", {"KEY": AccessKey("a-secret")})
    assert "a-secret" not in f"{account} {AccessKey('a-secret')}"
