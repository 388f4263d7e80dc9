"""Write the definition's manual from its models."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from include.definition.model import Definition
from include.definition.parts import CONNECTION_PATTERN, NAME_PATTERN, RESERVED_NAMESPACES
from include.definition.problems import PATTERN_HINTS

Schema = Mapping[str, Any]
BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "above {}",
    "minItems": "at least {} entry",
}
NAMED_PATTERNS = {NAME_PATTERN: "name", CONNECTION_PATTERN: "connection id"}
INTRODUCTION = """\
# The migration definition

<!-- Made by `python -m include.definition.schema` from include/definition. Change the models, not this file. -->

A definition says what moves, from where, to where, and how it is checked. It is one YAML file;
[`migrations/lab.yaml`](../migrations/lab.yaml) is a complete, commented example, and
[`definition.schema.json`](definition.schema.json) gives completion and checks in editors:
put `# yaml-language-server: $schema=<path to it>` on the first line.

A definition holds no secret. A *connection id* names an Airflow connection, which holds address and login.
A *name* is made of lower-case letters, digits and `-`, at most 63, no `-` at the ends.

Problems are found all at once, each with its place, what is wrong and what is allowed:

```text
migrations/shop.yaml has problems (2):
  - source.namespaces[1]: 'kube-system' is never migrated: it belongs to the cluster itself; CCE brings its own; remove it (line 6)
  - databases[0].engine: 'oracle' is not known  allowed: postgresql, mariadb (line 21)
```

The first task of a run records the definition in the run's ledger; later changes of the file reach new runs only.
"""


def manual_text() -> str:
    """Return docs/definition.md."""
    schema = Definition.model_json_schema()
    parts = [INTRODUCTION, _rules()]
    parts.extend(_sections(schema))
    return "\n".join(parts).rstrip() + "\n"


def _rules() -> str:
    reserved = "\n".join(
        f"- Namespace `{name}` is refused: {why}." for name, why in RESERVED_NAMESPACES.items()
    )
    return f"""\
## Rules between fields

{reserved}
- Names within `databases`, `buckets` and `checks` differ; a namespace stands once.
- Source and target are different connections; `velero`, `volumes` and every target bucket are different buckets, and none
  of them is a source. No two databases have one target, and no target is a source.
- The Service of `front_door` is in a migrated namespace. It has exactly one of `dns` and `elb`; listeners of `elb` differ, and
  `front_door.elb.subnet` stands with `members: nodes`.
- A check has exactly one of `http`, `sql`, `tcp` and `job`; `sql.database` is the name of an entry in `databases`, and what a `job`
  runs lies in a migrated namespace. [verification.md](verification.md) has an example of each.
- The path `front_door.probe.written` contains `{{client}}`.
- Of a new target cluster `containers` and `services` lie apart, `container_subnets` stands with category Turbo and `containers`
  with category CCE, and `nodes.count` is no more than `flavor` manages.
- `target.load_balancer` has exactly one of `id` and `name`; with `name` the cloud's connection stands there or at `target.cluster`.
- Databases that share an RDS instance have one engine and one connection `target`, and one of them says how it is made.
- `databases[].address.target` is left out only with `rds`; `rds.create.zones` are two with a standby, else one.
- `databases[].definers: target_user` stands with engine `mariadb`.
- `drs` and `oms` stand where `copy_with` chooses them; DRS copies PostgreSQL, into an instance that `rds` names. Open Telekom
  Cloud has no OMS.
- Of `images.names`, `from` and `to` both end in `/`, or both are whole repositories; images that would share a name on the target are
  refused by the plan.
- `adaptation.disabled` names rules of the pack ([adaptation.md](adaptation.md)); names of `adaptation.rules` differ from each other and
  from those. A patch leaves kind, name and namespace alone.
- `bandwidth.windows` are in UTC; a window's beginning and end differ, and its end may be on the next day.
- Of `notifications`, `to` stands with kind `email` and with no other. YAML reads a bare key `on` as true: the field is called `events`.
- Keys that stand twice in one mapping are refused: YAML would silently keep the last.
"""


def _sections(schema: Schema) -> Iterator[str]:
    """Yield one section for each mapping of the YAML, parents before children."""
    waiting: list[tuple[str, Schema]] = [("", schema)]
    while waiting:
        path, model = waiting.pop(0)
        yield _section(path, model, schema)
        children = []
        for name, field in model["properties"].items():
            child = _model_in(field, schema)
            if child is not None:
                children.append((f"{path}.{name}".lstrip(".") + _repetition(field), child))
        waiting = children + waiting


def _section(path: str, model: Schema, schema: Schema) -> str:
    required = model.get("required", [])
    lines = [
        f"## `{path}`" if path else "## The top level",
        "",
        str(model["description"]).partition("\n")[0],
        "",
    ]
    lines += ["| field | type | default | meaning |", "|---|---|---|---|"]
    for name, field in model["properties"].items():
        default = "**required**" if name in required else _default(field)
        lines.append(f"| `{name}` | {_type(field, schema)} | {default} | {_escaped(field['description'])} |")
    return "\n".join(lines) + "\n"


def _type(field: Schema, schema: Schema) -> str:
    options = [option for option in _options(field) or [field] if option.get("type") != "null"]
    return _escaped(" or ".join(_one_type(option, schema) for option in options))


def _options(field: Schema) -> list[Schema]:
    return [*field.get("anyOf", []), *field.get("oneOf", [])]


def _one_type(field: Schema, schema: Schema) -> str:
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in field["enum"])
    if _model_in(field, schema) is not None and field.get("type") != "array":
        return "mapping"
    if field.get("format") == "date":
        return "date"
    if field.get("type") == "array":
        return f"list of {_one_type(field['items'], schema)}{_bounds(field)}"
    if field.get("type") == "object":
        # Keys that must fit a pattern stand under the pattern instead.
        values = field.get("additionalProperties") or next(iter(field["patternProperties"].values()))
        if values is True:
            return "mapping"
        return f"mapping of name to {_one_type(values, schema)}"
    named = NAMED_PATTERNS.get(str(field.get("pattern"))) or PATTERN_HINTS.get(str(field.get("pattern")))
    return named or f"{field.get('type')}{_bounds(field)}".replace("string", "text").replace(
        "boolean", "true or false"
    )


def _bounds(field: Schema) -> str:
    found = [text.format(field[name]) for name, text in BOUNDS.items() if name in field]
    return f", {', '.join(found)}" if found else ""


def _default(field: Schema) -> str:
    value = field.get("default")
    if value is None:
        return "none" if "anyOf" in field else "see below" if "$ref" in field else "empty"
    return f"`{json.dumps(value)}`"


def _model_in(field: Schema, schema: Schema) -> Schema | None:
    """Return the model behind a field, through a list or an optional."""
    for option in (field, field.get("items", {}), *_options(field), *field.get("allOf", [])):
        reference = option.get("$ref")
        if reference:
            model: Schema = schema["$defs"][reference.rpartition("/")[2]]
            return model
    return None


def _repetition(field: Schema) -> str:
    return "[]" if field.get("type") == "array" else ""


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
