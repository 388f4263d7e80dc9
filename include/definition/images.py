"""Describe which images are copied, from where, what of them, and under which names."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from include.definition.bandwidth import Bandwidth
from include.definition.custom_fields import CustomField, FieldPath
from include.definition.parts import ConnectionId, OrganizationName, Part, Text

IMAGE_SOURCE_PATTERN = r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$"
PLATFORM_PATTERN = r"^[a-z0-9]+/[a-z0-9]+(/[a-z0-9]+)?$"
COMPONENT = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
REPOSITORY_PREFIX = re.compile(rf"{COMPONENT}(?:/{COMPONENT})*/?")

ImageSource = Annotated[str, StringConstraints(pattern=IMAGE_SOURCE_PATTERN)]
# Members of the union `images.platforms`; problems leave them out of their paths.
ALL_FORM, LIST_FORM = "[all]", "[list]"
Platform = Annotated[str, StringConstraints(pattern=PLATFORM_PATTERN)]


def _form(value: Any) -> str:
    return LIST_FORM if isinstance(value, list) else ALL_FORM


Platforms = Annotated[
    Annotated[Literal["all"], Tag(ALL_FORM)] | Annotated[list[Platform], Field(min_length=1), Tag(LIST_FORM)],
    Discriminator(_form),
]


def _new_name(text: str) -> str:
    if text and not REPOSITORY_PREFIX.fullmatch(text):
        raise ValueError(
            f"{text!r} is not the name of a repository or the beginning of one; allowed: a-z, 0-9, single '.', '_', '-' "
            "between them, and '/' between the parts"
        )
    return text


class ImageTarget(Part):
    """Name the SWR organization that receives the images."""

    connection: ConnectionId = Field(description="id of the Airflow connection of the target registry")
    organization: OrganizationName = Field(
        description="SWR organization, 1 to 64 of a-z, 0-9 and single `.`, `_`, `-` between them; "
        "images arrive as `registry/organization/repository`"
    )
    oci_indexes: Literal["convert", "keep"] = Field(
        default="convert",
        description="what happens to images of several platforms in OCI's format, which SWR refuses: they get Docker's media "
        "types, and with them other digests; `keep` where the registry takes them",
    )


class ImageName(Part):
    """Rename repositories on their way; of several rules that fit the longest `from` holds."""

    before: Text = Field(
        alias="from",
        description="registry and repository; with a final `/` all repositories that begin so, "
        "e.g. `registry.source.lab/team/`",
    )
    after: Annotated[str, AfterValidator(_new_name)] = Field(
        alias="to",
        description="what stands instead of it below the organization; with a final `/` where `from` has one, "
        "or empty there",
    )

    @model_validator(mode="after")
    def _are_both_prefixes_or_names(self) -> ImageName:
        is_prefix = self.before.endswith("/")
        if is_prefix != (not self.after or self.after.endswith("/")):
            raise ValueError(
                f"{self.before!r} and {self.after!r} are not both beginnings (a final '/') or both whole repositories; "
                "write them alike"
            )
        return self

    @property
    def is_prefix(self) -> bool:
        """Say whether it renames all repositories that begin so, rather than one."""
        return self.before.endswith("/")


class CustomImage(CustomField):
    """Say where custom resources of one kind name images, beside the fields `image` and `…Image` of their spec."""

    path: FieldPath = Field(
        description="field that holds an image reference; `[*]` stands for every entry of a list, "
        "e.g. `spec.components[*].source`"
    )


class Images(Part):
    """Say where images come from and where they go."""

    sources: dict[ImageSource, ConnectionId] = Field(
        default_factory=dict,
        description="registry host, as image references write it, or host and beginning of a path -> Airflow connection with "
        "its login; the longest that fits an image is used",
    )
    target: ImageTarget = Field(description="registry and organization in the target cloud")
    extra: list[Text] = Field(
        default_factory=list,
        description="image references to copy that no object of the cluster names; a tag with `*`, `?` or `[…]` stands for "
        "every tag of the repository that fits, e.g. `registry.example.com/shop/web:1.2*`",
    )
    custom_resources: list[CustomImage] = Field(
        default_factory=list, description="more fields of custom resources that name images"
    )
    names: list[ImageName] = Field(
        default_factory=list,
        description="other names for repositories; without a rule a path stays as it is, or goes below `from.<registry>`",
    )
    platforms: Platforms = Field(
        default="all",
        description="`all`, or which platforms of images that have several, e.g. [linux/amd64, linux/arm64]",
    )
    attestations: Literal["copy", "drop"] = Field(
        default="copy", description="what happens to the attestations that builders put beside the platforms"
    )
    referrers: Literal["copy", "drop"] = Field(
        default="drop",
        description="what happens to signatures, bills of materials and other artifacts that refer to an image",
    )
    lost: Literal["refuse", "take_from_nodes"] = Field(
        default="refuse",
        description="images that pods run and their registry has lost: `refuse` ends the planning, `take_from_nodes` takes them from "
        "containerd's content on a node that runs them, through a pod in the source's namespace `velero`",
    )
    containerd_root: Text = Field(
        default="/var/lib/containerd",
        description="root folder of containerd on the source's nodes, for `lost: take_from_nodes`; of k3s "
        "`/var/lib/rancher/k3s/agent/containerd`",
    )
    bandwidth: Bandwidth = Field(
        default_factory=Bandwidth, description="how fast images may be copied, and when"
    )

    @property
    def hosts(self) -> list[str]:
        """Return the hosts of `sources`, each once, in their order."""
        return list(dict.fromkeys(source.partition("/")[0] for source in self.sources))

    def source_of(self, name: str) -> str | None:
        """Return the longest key of `sources` that an image's `registry/repository` lies below, or None."""
        fitting = [source for source in self.sources if f"{name}/".startswith(f"{source}/")]
        return max(fitting, key=len, default=None)
