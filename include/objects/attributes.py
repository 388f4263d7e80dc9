"""Read what an object carries beside its content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.objects.storage import STANDARD

PLAIN = (
    "ContentType",
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "WebsiteRedirectLocation",
)
# What stores answer for objects that were put without a type.
UNTYPED = frozenset({"", "binary/octet-stream", "application/octet-stream"})
STORAGE_CLASS = "StorageClass"
# OBS has names of its own for its classes, which it answers with; through the S3 API it is told Amazon's.
AMAZONS_NAMES = {"WARM": "STANDARD_IA", "COLD": "GLACIER"}
OBS_NAMES = {amazons: obs for obs, amazons in AMAZONS_NAMES.items()}


def attributes_of(client: Any, bucket: str, key: str) -> dict[str, Any]:
    """Return headers, user metadata and tags of an object, by one HEAD and, only if it has tags, one more request."""
    return from_answer(client, bucket, key, client.head_object(Bucket=bucket, Key=key))


def from_answer(client: Any, bucket: str, key: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes an answer to HEAD or GET carries; a storage class by OBS's name for it."""
    found: dict[str, Any] = {name: answer[name] for name in PLAIN if answer.get(name)}
    if found.get("ContentType") in UNTYPED:
        del found["ContentType"]
    if answer.get("ExpiresString"):
        found["Expires"] = answer["ExpiresString"]
    if answer.get("Metadata"):
        found["Metadata"] = {str(name).lower(): value for name, value in answer["Metadata"].items()}
    if answer.get("TagCount"):
        tags = client.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
        found["Tagging"] = {tag["Key"]: tag["Value"] for tag in tags}
    storage_class = answer.get(STORAGE_CLASS) or STANDARD
    if storage_class != STANDARD:
        found[STORAGE_CLASS] = OBS_NAMES.get(storage_class, storage_class)
    return found


def as_on_target(attributes: Mapping[str, Any], classes: Mapping[str, str]) -> dict[str, Any]:
    """Return what a copy has to carry.

    :param classes: class on the source -> class on the target, both by any of their names; another class becomes STANDARD.
    """
    carried = dict(attributes)
    here = obs_class(carried.pop(STORAGE_CLASS, STANDARD), classes)
    return carried if here == STANDARD else {**carried, STORAGE_CLASS: here}


def obs_class(storage_class: str, classes: Mapping[str, str]) -> str:
    """Return the class in OBS for one of the source, by OBS's name."""
    known = {OBS_NAMES.get(one, one): OBS_NAMES.get(other, other) for one, other in classes.items()}
    return known.get(OBS_NAMES.get(storage_class, storage_class), STANDARD)


def put_parameters(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes as parameters of a PUT."""
    from urllib.parse import urlencode

    parameters = dict(attributes)
    if "Tagging" in parameters:
        parameters["Tagging"] = urlencode(parameters["Tagging"])
    if STORAGE_CLASS in parameters:
        parameters[STORAGE_CLASS] = AMAZONS_NAMES[parameters[STORAGE_CLASS]]
    return parameters
