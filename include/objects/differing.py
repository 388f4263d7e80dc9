"""Look at both sides of one object, beyond what listings tell."""

from __future__ import annotations

from typing import Any

from include.objects.attributes import as_on_target, attributes_of
from include.objects.storage import Entry, content_hash
from include.objects.transfer import BucketPair
from include.objects.written import Written, attributes_digest

# What differs, for people: the object, what of it, and both values where they are short.
Difference = dict[str, Any]


def difference(pair: BucketPair, one: Entry, other: Entry, written: Written | None) -> Difference | None:
    """Return what differs between an object of the source and that of the target, or None.

    :param written: what this run knows of its copy. As long as the source has that version, its content and its headers are
        not read again; as long as the target has what was written, its content is not read either.
    """
    if one.size != other.size:
        return {"object": one.key, "what": "size", "source": one.size, "target": other.size}
    known = written if written is not None and written.is_of(one) else None
    return _content_difference(pair, one, other, known) or _carried_difference(pair, one.key, known)


def _content_difference(
    pair: BucketPair, one: Entry, other: Entry, known: Written | None
) -> Difference | None:
    if one.etag == other.etag or (known is not None and known.is_held_by(other)):
        return None
    theirs = known.sha256 if known else pair.source_hash(one.key)
    ours = content_hash(pair.target, pair.target_bucket, other.key)
    if theirs == ours:
        return None
    return {"object": one.key, "what": "content", "source": theirs, "target": ours}


def _carried_difference(pair: BucketPair, key: str, known: Written | None) -> Difference | None:
    ours = attributes_of(pair.target, pair.target_bucket, key)
    if known is not None and attributes_digest(ours) == known.attributes:
        return None
    theirs = as_on_target(attributes_of(pair.source, pair.source_bucket, key), pair.classes)
    names = sorted(name for name in {*theirs, *ours} if theirs.get(name) != ours.get(name))
    return {"object": key, "what": f"headers or metadata: {', '.join(names)}"} if names else None
