"""`python -m include.definition FILE …` tells what is wrong, without Airflow."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.definition.__main__ import check
from tests.builders.definitions import definition_text


def test_a_right_one_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(definition_text())
    assert check([str(path)]) == 0
    assert capsys.readouterr() == (f"{path}: the definition is right\n", "")


def test_every_wrong_one_is_told_with_all_its_problems(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(definition_text().replace("schema: 1", "schema: 2") + "\nunknown: 1\n")
    assert check([str(path), str(tmp_path / "absent.yaml")]) == 2
    told = capsys.readouterr().err
    assert "  - schema: " in told
    assert "unknown" in told
    assert f"{tmp_path / 'absent.yaml'}: no such file" in told
