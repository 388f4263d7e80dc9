"""Look at definitions without Airflow: `python -m include.definition migrations/shop.yaml …` tells all their errors at once."""

from __future__ import annotations

import sys

from include.definition.loading import load_definition
from include.errors import DefinitionError


def check(paths: list[str]) -> int:
    """Tell of each file whether it is right; return how many are not."""
    wrong = 0
    for path in paths:
        try:
            load_definition(path)
        except DefinitionError as refusal:
            wrong += 1
            sys.stderr.write(f"{refusal}\n")
        else:
            sys.stdout.write(f"{path}: the definition is right\n")
    return wrong


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit("usage: python -m include.definition FILE …")
    sys.exit(min(check(sys.argv[1:]), 1))
