from __future__ import annotations

from pathlib import Path

from lab.services.configuration import revision, write_configuration


def test_a_configuration_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "server.conf"
    file.write_text("old")
    file.chmod(0o644)
    write_configuration(file, "secret")
    assert file.read_text() == "secret"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_revision_changes_with_the_text_and_does_not_show_it() -> None:
    one, other = revision("password = abc"), revision("password = abd")
    assert one != other
    assert one == revision("password = abc")
    assert "abc" not in "".join(one.values())


def test_texts_that_move_from_one_file_to_the_next_are_a_change() -> None:
    assert revision("ab", "c") != revision("a", "bc")
