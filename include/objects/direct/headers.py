"""Translate between boto3's names of what an object carries and HTTP's headers. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any

METADATA = "x-amz-meta-"
SENT = {
    "CacheControl": "cache-control",
    "ContentDisposition": "content-disposition",
    "ContentEncoding": "content-encoding",
    "ContentLanguage": "content-language",
    "ContentMD5": "content-md5",
    "ContentType": "content-type",
    "Expires": "expires",
    "IfMatch": "if-match",
    "Range": "range",
    "StorageClass": "x-amz-storage-class",
    "Tagging": "x-amz-tagging",
    "WebsiteRedirectLocation": "x-amz-website-redirect-location",
}
ANSWERED = {
    "cache-control": "CacheControl",
    "content-disposition": "ContentDisposition",
    "content-encoding": "ContentEncoding",
    "content-language": "ContentLanguage",
    "content-length": "ContentLength",
    "content-type": "ContentType",
    "etag": "ETag",
    "expires": "ExpiresString",
    "last-modified": "LastModified",
    "x-amz-storage-class": "StorageClass",
    "x-amz-tagging-count": "TagCount",
    "x-amz-website-redirect-location": "WebsiteRedirectLocation",
}
READ: dict[str, Callable[[str], Any]] = {
    "ContentLength": int,
    "TagCount": int,
    "LastModified": parsedate_to_datetime,
}


def headers_of(parameters: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the headers for parameters of a request, or None where any is not plain: boto3 knows what to do then."""
    fields = dict(parameters)
    metadata = fields.pop("Metadata", {})
    if not SENT.keys() >= fields.keys():
        return None
    found = {SENT[name]: value for name, value in fields.items()}
    found |= {METADATA + name.lower(): value for name, value in metadata.items()}
    return found if all(map(_is_plain, (*found, *found.values()))) else None


def answer_of(headers: Mapping[str, str] | Message) -> dict[str, Any]:
    """Return what an answer says, as boto3 would."""
    found = dict(_fields(headers))
    metadata = {
        name[len(METADATA) :]: value for name, value in headers.items() if name.lower().startswith(METADATA)
    }
    return {**found, "Metadata": metadata} if metadata else found


def _fields(headers: Mapping[str, str] | Message) -> Iterator[tuple[str, Any]]:
    for name, value in headers.items():
        known = ANSWERED.get(name.lower())
        if known:
            yield known, READ.get(known, str)(value)


def _is_plain(value: object) -> bool:
    """Say whether a value is signed as it is sent: blanks at its ends or several in a row are not."""
    return (
        isinstance(value, str)
        and value.isascii()
        and value.isprintable()
        and value == " ".join(value.split())
    )
