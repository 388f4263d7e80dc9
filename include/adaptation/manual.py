"""Write docs/adaptation.md, every rule of the pack with an example: `python -m include.adaptation.manual`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from include.adaptation.changes import Change, changes_of
from include.adaptation.conversions.converting import CONVERSIONS
from include.adaptation.order import NORMALIZING
from include.adaptation.pipeline import AdaptationRule, adaptation_rules

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "adaptation.md"
EXAMPLES = ROOT / "tests" / "goldens" / "adaptation"
INTRODUCTION = """\
# Adaptation

<!-- Made by `python -m include.adaptation.manual` from include/adaptation/rules and tests/goldens/adaptation. Change those. -->

Every object goes through the rules below before it is restored; the target's API server judges the result by a dry run, and Velero
applies it when it makes the object. The ledger keeps each change (`adaptation/<object>`, `changes`) with the rule that made it, the
report shows it. Values of Secrets, ConfigMaps, environment variables and arguments are not shown.

- First the normalizing rules run, in their order; then those that adapt, each with paths of its own, so that their order does not
  matter; then the rules of the definition, in the order in which they stand there.
- Two rules of the pack, or two of the definition, that set one path of an object to different values end the run with an error that
  names both. A rule of the definition may change what the pack set.
- A second time no rule changes anything.

## Rules of your own

```yaml
adaptation:
  disabled: [cni_annotations]        # rules of the pack that shall not run
  rules:
    - name: team-label
      reason: Our billing goes by the label team.
      selector: {kind: Deployment, namespace: "shop*", labels: {tier: web}}
      patch:
        - {op: test, path: /spec/paused, value: true}
        - {op: add, path: /metadata/labels/team, value: web}
```

A patch holds operations of RFC 6902: `add`, `remove`, `replace` and `test`. They may run twice: `add` makes mappings that are missing
above its path and leaves a list alone that has the entry, and `remove` is content when nothing is there. A `test` that does not hold
is no error: the rule leaves that object alone. `replace` where nothing is to be replaced is one, and names rule, operation and object.
`apiVersion` of a selector is the version after conversion. Secrets are not patched.

`adaptation.node_labels`, `zones`, `schedulers` and `runtime_classes` say what the target has instead of what the source had:
[definition.md](definition.md) has each field.

## Pods inside custom resources

Nobody but its operator knows where a custom resource speaks of pods. `adaptation.pod_specs` names such places, a whole pod
spec or a part of one:

```yaml
adaptation:
  pod_specs:
    - {kind: Alertmanager, group: monitoring.coreos.com, path: spec}
    - {kind: Elasticsearch, group: elasticsearch.k8s.elastic.co, path: "spec.nodeSets[*].podTemplate.spec"}
```

They choose nodes, classes and logins and name addresses as Deployments do, and [findings](findings.md) about pods look at them, at
labels and annotations beside a field `spec`, too. Images of their containers are copied and rewritten whatever registry they come
from; other images in custom resources are found anyway, or named by `images.custom_resources`.
"""
REMOVED = """
## Removed API versions

| Kind | From | To |
|---|---|---|
"""
CONTRIBUTING = """
## How to add a rule

1. Write `include/adaptation/rules/<name>.py` with `applies_to(obj)`, a pure `apply(obj, context)`, `REASON` and `SOURCE`. What it needs
   to know of the target comes with the context.
2. Name it in `include/adaptation/order.py`.
3. Add rows to the tables in `tests/unit/adaptation`: changed, returned unchanged, already right, and each error with its text.
4. Write `tests/goldens/adaptation/<name>.yaml` with `before:`, run `python -m tests.unit.adaptation.test_goldens`, and read `after:`.
5. Run `python -m include.adaptation.manual`.
"""


def manual_text() -> str:
    """Return docs/adaptation.md."""
    rules = adaptation_rules()
    first = {name: rule for name, rule in rules.items() if name in NORMALIZING}
    others = {name: rule for name, rule in rules.items() if name not in NORMALIZING}
    parts = [
        INTRODUCTION,
        "## Rules that normalize\n",
        *_sections(first),
        "## Rules that adapt\n",
        *_sections(others),
    ]
    return "\n".join(parts) + REMOVED + "".join(_conversions()) + CONTRIBUTING


def _sections(rules: dict[str, AdaptationRule]) -> Iterator[str]:
    for name, rule in rules.items():
        title = (rule.__doc__ or "").partition("\n")[0]
        yield f"### `{name}`: {title[0].lower()}{title[1:].rstrip('.')}\n"
        yield f"{rule.REASON}\n"
        yield f"Source: {rule.SOURCE}.\n"
        yield f"```diff\n{_example(name)}```\n"


def _example(name: str) -> str:
    document = yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    before = document["before"]
    lines = [f"# {before['kind']} {before['metadata']['name']}"]
    for change in changes_of(name, before, document["after"]):
        lines += _lines(change)
    return "\n".join(lines) + "\n"


def _lines(change: Change) -> Iterator[str]:
    """Yield one line for each side that has something."""
    for sign, value in (("-", change.before), ("+", change.after)):
        if value not in (None, []):
            yield f"{sign} {change.path}: {_written(value)}"


def _written(value: Any) -> str:
    return str(yaml.safe_dump(value, default_flow_style=True, width=1000)).removesuffix("...\n").strip()


def _conversions() -> Iterator[str]:
    """Yield one row for each pair of versions."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for (old, kind), (new, _) in CONVERSIONS.items():
        kinds.setdefault((old, new), []).append(kind)
    for (old, new), found in sorted(kinds.items()):
        yield f"| {', '.join(sorted(found))} | `{old}` | `{new}` |\n"


if __name__ == "__main__":
    DOCUMENT.write_text(manual_text(), encoding="utf-8")
