"""Describe how objects are adapted beyond what the rule pack does by itself."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from include.definition.custom_fields import CustomField, FieldPath
from include.definition.data import MovedAddress
from include.definition.parts import Part, Text

POINTER_PATTERN = r"^(/([^~/]|~[01])*)+$"
RULE_PATTERN = r"^[a-z][a-z0-9_-]*$"
NOT_PATCHED = {
    "Secret": "its values would have to stand in the definition; write the Secret on the target",
}
# They make the object what the plan knows; another one would be looked for in vain.
IDENTITY = ("/kind", "/metadata/name", "/metadata/namespace")
WITH_VALUE = frozenset({"add", "replace", "test"})

Pointer = Annotated[str, StringConstraints(pattern=POINTER_PATTERN)]
RuleName = Annotated[str, StringConstraints(pattern=RULE_PATTERN, max_length=63)]


def _kind(name: str) -> str:
    if name in NOT_PATCHED:
        raise ValueError(f"{name!r} is not patched: {NOT_PATCHED[name]}")
    return name


class Selector(Part):
    """Choose the objects that a rule changes; everything that is given has to fit."""

    kind: Annotated[Text, AfterValidator(_kind)] = Field(
        description="kind of the objects, e.g. Deployment; Secret is refused"
    )
    api_version: Text | None = Field(
        default=None, alias="apiVersion", description="API version, e.g. apps/v1; left out: any"
    )
    namespace: Text = Field(
        default="*", description="namespace; `*`, `?` and `[…]` stand for other characters, as in file names"
    )
    name: Text = Field(default="*", description="name of the object, written in the same way")
    labels: dict[Text, str] = Field(default_factory=dict, description="labels that the object carries")


class PatchOperation(Part):
    """Be one operation of a JSON patch (RFC 6902)."""

    op: Literal["add", "remove", "replace", "test"] = Field(
        description="what happens at `path`; `test` is a condition: where it does not hold, the rule leaves the object alone"
    )
    path: Pointer = Field(
        description="JSON pointer, e.g. `/metadata/annotations/example.com~1team`; `~1` stands for `/`, `~0` for `~`. "
        "`add` makes mappings that are missing on the way; `-` is the end of a list"
    )
    value: Any = Field(default=None, description="value for `add`, `replace` and `test`")

    @model_validator(mode="after")
    def _has_its_value(self) -> PatchOperation:
        has_value = "value" in self.model_fields_set
        if has_value != (self.op in WITH_VALUE):
            raise ValueError(f"{self.op} {'takes no' if has_value else 'needs a'} value")
        return self

    @model_validator(mode="after")
    def _keeps_the_identity(self) -> PatchOperation:
        if self.op != "test" and (self.path in IDENTITY or self.path == "/metadata"):
            raise ValueError(f"{self.path} says which object it is; a rule cannot change it")
        return self


class UserRule(Part):
    """Change objects in a way of one's own, after the rule pack."""

    name: RuleName = Field(description="name of the rule: lower-case letters, digits, `-` and `_`")
    reason: Text = Field(description="one sentence for the report: what changes, and why")
    selector: Selector = Field(description="which objects it changes")
    patch: list[PatchOperation] = Field(
        min_length=1, description="operations of a JSON patch (RFC 6902), one after the other"
    )


class CustomPodSpec(CustomField):
    """Say where custom resources of one kind keep a pod spec, or the part of one that chooses nodes, classes and logins."""

    path: FieldPath = Field(
        description="field that holds it; `[*]` stands for every entry of a list, e.g. `spec.nodeSets[*].podTemplate.spec`"
    )


class Adaptation(Part):
    """Say how objects change on their way, beyond what the rule pack does by itself."""

    disabled: list[RuleName] = Field(
        default_factory=list,
        description="rules of the pack that are turned off, by their names in docs/adaptation.md",
    )
    node_labels: dict[Text, Text] = Field(
        default_factory=dict,
        description="label by which pods of the source choose nodes -> label of the target's nodes, each `name=value`, or a name "
        "for every value; a taint of the same key and value is tolerated alike",
    )
    zones: dict[Text, Text] = Field(
        default_factory=dict,
        description="availability zone of the source -> zone of the target, e.g. eu-de-01",
    )
    schedulers: dict[Text, str] = Field(
        default_factory=dict,
        description="scheduler of the source -> scheduler of the target; empty: the default one",
    )
    runtime_classes: dict[Text, str] = Field(
        default_factory=dict,
        description="RuntimeClass of the source -> RuntimeClass of the target; empty: none, which takes isolation away from pods "
        "of a sandbox",
    )
    addresses: list[MovedAddress] = Field(
        default_factory=list,
        description="further addresses and names that change on their way, wherever they stand as whole words in ConfigMaps, "
        "Secrets, environment variables and arguments",
    )
    pod_specs: list[CustomPodSpec] = Field(
        default_factory=list,
        description="pod specs inside custom resources, which are adapted as those of Deployments are",
    )
    rules: list[UserRule] = Field(
        default_factory=list, description="rules of one's own, which run after the pack in this order"
    )
