"""Be a boto3 client of which the four requests that copies make most often go out directly."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPResponse
from typing import Any, NamedTuple
from urllib.parse import SplitResult, quote, urlsplit

from include.connections import ObjectStorageAccess
from include.objects.direct.connections import BROKEN, Body, Connections, is_behind_proxy
from include.objects.direct.headers import answer_of, headers_of
from include.objects.direct.signing import OF_NOTHING, UNSIGNED, Signer

# A key that needs no encoding, to learn where a bucket's objects are.
PROBE = "key"
OK = frozenset({200, 206})
WRITTEN = frozenset({"ETag"})
READ = frozenset({"ETag", "LastModified", "ContentLength"})


class Place(NamedTuple):
    """Say where a bucket's objects are: path-style addresses have the bucket in `prefix`, others in their host."""

    address: SplitResult
    prefix: str
    connections: Connections


class Request(NamedTuple):
    """Hold what is sent; `body` is None for what has none."""

    method: str
    key: str
    headers: dict[str, str]
    body: bytes | None = None
    query: str = ""


class DirectClient:
    """Send GET, HEAD and PUT of objects and parts over connections of its own, and hand all else to boto3.

    Whatever is not answered as hoped, or is not plain, goes to boto3 from its beginning: what errors mean, which of them
    pass, and how long to wait before the next try stays boto3's. These requests may all be sent twice.
    """

    def __init__(self, client: Any, access: ObjectStorageAccess) -> None:
        self._client = client
        self._signer = Signer(access.access_key, access.secret_key, access.region)
        self._places: dict[str, Place | None] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_object(self, *, Bucket: str, Key: str, **fields: Any) -> Any:  # ruff: ignore[invalid-argument-name]
        """Return an object's headers and its body as a stream."""
        found = self._answer(Bucket, "GET", Key, fields, READ)
        return found or self._client.get_object(Bucket=Bucket, Key=Key, **fields)

    def head_object(self, *, Bucket: str, Key: str, **fields: Any) -> Any:  # ruff: ignore[invalid-argument-name]
        """Return an object's headers."""
        found = self._answer(Bucket, "HEAD", Key, fields, READ)
        return found or self._client.head_object(Bucket=Bucket, Key=Key, **fields)

    def put_object(self, *, Bucket: str, Key: str, Body: Any, **fields: Any) -> Any:  # ruff: ignore[invalid-argument-name]
        """Write an object; what does not lie in memory goes by boto3."""
        found = self._answer(Bucket, "PUT", Key, fields, WRITTEN, body=Body)
        return found or self._client.put_object(Bucket=Bucket, Key=Key, Body=Body, **fields)

    def upload_part(
        self,
        *,
        Bucket: str,  # ruff: ignore[invalid-argument-name]
        Key: str,  # ruff: ignore[invalid-argument-name]
        UploadId: str,  # ruff: ignore[invalid-argument-name]
        PartNumber: int,  # ruff: ignore[invalid-argument-name]
        Body: Any,  # ruff: ignore[invalid-argument-name]
        **fields: Any,
    ) -> Any:
        """Write a part; what does not lie in memory goes by boto3."""
        query = f"partNumber={PartNumber}&uploadId={quote(UploadId, safe='-_.~')}"
        found = self._answer(Bucket, "PUT", Key, fields, WRITTEN, body=Body, query=query)
        return found or self._client.upload_part(
            Bucket=Bucket, Key=Key, UploadId=UploadId, PartNumber=PartNumber, Body=Body, **fields
        )

    def _answer(
        self,
        bucket: str,
        method: str,
        key: str,
        fields: Mapping[str, Any],
        needed: frozenset[str],
        *,
        body: Any = None,
        query: str = "",
    ) -> dict[str, Any] | None:
        """Return a good answer with all that is needed of it, else None."""
        headers, place = headers_of(fields), self._place(bucket)
        if headers is None or place is None or not isinstance(body, bytes | None):
            return None
        with suppress(*BROKEN):
            return self._exchange(place, Request(method, key, headers, body, query), needed)
        return None

    def _exchange(self, place: Place, request: Request, needed: frozenset[str]) -> dict[str, Any] | None:
        connection = place.connections.take()
        try:
            path = f"{place.prefix}{quote(request.key, safe='/~')}"
            target = f"{path}?{request.query}" if request.query else path
            connection.request(request.method, target, request.body, self._signed(place, path, request))
            response = connection.getresponse()
            found = _good(response, needed)
        except BaseException:
            connection.close()
            raise
        if found is None:
            connection.close()
        elif request.method == "GET":
            found["Body"] = Body(place.connections, connection, response, found["ContentLength"])
        else:
            response.read()
            place.connections.give_back(connection)
        return found

    def _signed(self, place: Place, path: str, request: Request) -> dict[str, str]:
        headers = {**request.headers, "host": place.address.netloc}
        payload = OF_NOTHING if request.body is None else _payload(place, request.body)
        return self._signer.signed(
            request.method, path, request.query, headers, payload, now=datetime.now(UTC)
        )

    def _place(self, bucket: str) -> Place | None:
        if bucket not in self._places:
            self._places[bucket] = self._find_place(bucket)
        return self._places[bucket]

    def _find_place(self, bucket: str) -> Place | None:
        """Ask boto3 where it would look, None where only boto3 gets there."""
        url = self._client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": PROBE})
        address = urlsplit(url)
        if is_behind_proxy(address):
            return None
        return Place(address, address.path.removesuffix(PROBE), Connections(address))


def _payload(place: Place, body: bytes) -> str:
    """Return how a body is signed. TLS and `Content-MD5` guard it on its way: boto3 makes no hash of it then, either."""
    return UNSIGNED if place.address.scheme == "https" else hashlib.sha256(body).hexdigest()


def _good(response: HTTPResponse, needed: frozenset[str]) -> dict[str, Any] | None:
    if response.status not in OK:
        return None
    found = answer_of(response.headers)
    return found if needed <= found.keys() else None
