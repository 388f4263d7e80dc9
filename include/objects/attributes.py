"""Read what an object carries beside its content."""

from __future__ import annotations

from typing import Any

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


def attributes_of(client: Any, bucket: str, key: str) -> dict[str, Any]:
    """Return headers, user metadata and tags of an object, by one HEAD and, only if it has tags, one more request."""
    return from_answer(client, bucket, key, client.head_object(Bucket=bucket, Key=key))


def from_answer(client: Any, bucket: str, key: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes an answer to HEAD or GET carries."""
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
    return found


def put_parameters(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes as parameters of a PUT."""
    from urllib.parse import urlencode

    parameters = dict(attributes)
    if "Tagging" in parameters:
        parameters["Tagging"] = urlencode(parameters["Tagging"])
    return parameters
