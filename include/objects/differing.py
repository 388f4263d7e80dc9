"""Look at both sides of one object, beyond what listings tell."""

from __future__ import annotations

from typing import Any

from include.objects.attributes import attributes_of
from include.objects.storage import Entry, content_hash
from include.objects.transfer import BucketPair

# What differs, for people: the object, what of it, and both values where they are short.
Difference = dict[str, Any]


def difference(pair: BucketPair, one: Entry, other: Entry) -> Difference | None:
    """Return what differs between an object of the source and that of the target, or None.

    The MD5 that is the ETag of an object counts as its hash; where ETags differ, both contents are read.
    """
    key = one.key
    if one.size != other.size:
        return {"object": key, "what": "size", "source": one.size, "target": other.size}
    if one.etag != other.etag:
        ours = content_hash(pair.target, pair.target_bucket, key)
        theirs = content_hash(pair.source, pair.source_bucket, key)
        if theirs != ours:
            return {"object": key, "what": "content", "source": theirs, "target": ours}
    theirs_carry = attributes_of(pair.source, pair.source_bucket, key)
    ours_carry = attributes_of(pair.target, pair.target_bucket, key)
    if theirs_carry != ours_carry:
        names = sorted(
            name for name in {*theirs_carry, *ours_carry} if theirs_carry.get(name) != ours_carry.get(name)
        )
        return {"object": key, "what": f"headers or metadata: {', '.join(names)}"}
    return None
