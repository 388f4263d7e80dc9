from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace

import pytest

from lab.cloud.signatures import (
    DATE_FORMAT,
    SentRequest,
    SignatureError,
    SkewError,
    canonical_request,
    read_authorization,
    sign,
    verify,
)

NOW = dt.datetime(2026, 11, 27, 1, 0, tzinfo=dt.UTC)
SECRET = "a-secret"
HEADERS = {
    "host": "cce.eu-de.lab",
    "content-type": "application/json",
    "x-project-id": "1ab",
    "x-sdk-date": NOW.strftime(DATE_FORMAT),
}
REQUEST = SentRequest("GET", "/v2/zones", "", HEADERS, b"")
NOTHING = hashlib.sha256(b"").hexdigest()


def changed(**values: object) -> SentRequest:
    return replace(REQUEST, **values)


def signed(request: SentRequest) -> SentRequest:
    return replace(request, headers={**request.headers, "authorization": sign(request, "KEY", SECRET)})


def check(request: SentRequest, now: dt.datetime = NOW, secret: str = SECRET) -> None:
    verify(request, read_authorization(request.headers["authorization"]), secret, now)


def test_the_text_that_is_signed_is_the_one_of_the_documents() -> None:
    request = changed(query="name=b&limit=1")
    assert canonical_request(request, sorted(HEADERS)).split("\n") == [
        "GET",
        "/v2/zones/",
        "limit=1&name=b",
        "content-type:application/json",
        "host:cce.eu-de.lab",
        "x-project-id:1ab",
        f"x-sdk-date:{HEADERS['x-sdk-date']}",
        "",
        "content-type;host;x-project-id;x-sdk-date",
        NOTHING,
    ]


def test_the_sdks_own_signer_signs_the_same() -> None:
    from huaweicloudsdkcore.auth.credentials import BasicCredentials
    from huaweicloudsdkcore.sdk_request import SdkRequest
    from huaweicloudsdkcore.signer.signer import Signer

    query = [("name", "a b~+/ä"), ("id", ["z", "a"]), ("guaranteed", True), ("empty", "")]
    sdk = SdkRequest(
        method="POST",
        schema="http",
        host="elb.eu-de.lab",
        resource_path="/v3/1ab/a%20b~c%2Fd/x",
        query_params=query,
        header_params={"X-Sdk-Date": HEADERS["x-sdk-date"], "X-Note": "  Größe ", "X_Loose": "no"},
        body='{"name": "Größe"}',
    )
    done = Signer(BasicCredentials("KEY", SECRET, "1ab")).sign(sdk)
    path, _, text = done.uri.partition("?")
    headers = {name.lower(): value.encode("latin-1").decode() for name, value in done.header_params.items()}
    check(SentRequest("POST", path, text, headers, done.body))


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/v2/zones", "/v2/zones/"),
        ("/v2/zones/", "/v2/zones/"),
        ("/", "/"),
        ("/a%20b", "/a%20b/"),
        ("/a+b", "/a%2Bb/"),
        ("/a~b", "/a~b/"),
        ("/a%7Eb", "/a~b/"),
        ("/shop$web", "/shop%24web/"),
        ("/shop%24web", "/shop%24web/"),
        ("/shop%2Fweb", "/shop/web/"),
        ("/a%252Fb", "/a%252Fb/"),
        ("/%C3%A4", "/%C3%A4/"),
        ("/a//b", "/a//b/"),
    ],
)
def test_a_path_is_unquoted_quoted_again_and_ends_with_a_slash(path: str, canonical: str) -> None:
    assert canonical_request(changed(path=path), ["host"]).split("\n")[1] == canonical


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("b=2&a=1", "a=1&b=2"),
        ("id=z&id=a", "id=a&id=z"),
        ("a", "a="),
        ("a=", "a="),
        ("a=b=c", "a=b%3Dc"),
        ("a=x%20y", "a=x%20y"),
        ("a=x+y", "a=x%2By"),
        ("a=%7E", "a=~"),
        ("a_b=1&a=2", "a=2&a_b=1"),
        ("Z=1&a=1", "Z=1&a=1"),
        ("&&a=1&", "a=1"),
        ("", ""),
    ],
)
def test_a_query_is_sorted_and_quoted_again(query: str, canonical: str) -> None:
    assert canonical_request(changed(query=query), ["host"]).split("\n")[2] == canonical


def test_the_values_of_headers_are_trimmed() -> None:
    request = changed(headers={**HEADERS, "x-note": "  two  words "})
    assert "x-note:two  words\n" in canonical_request(request, ["x-note"])


def test_a_header_with_an_underscore_stays_unsigned() -> None:
    request = signed(changed(headers={**HEADERS, "x_note": "one"}))
    check(replace(request, headers={**request.headers, "x_note": "other"}))


def test_content_that_is_said_to_be_unsigned_may_be_any() -> None:
    headers = {**HEADERS, "content-type": "text/plain", "x-sdk-content-sha256": "UNSIGNED-PAYLOAD"}
    request = signed(changed(headers=headers, body=b"one"))
    check(replace(request, body=b"other"))


def test_that_content_is_unsigned_has_to_be_signed() -> None:
    request = signed(changed(body=b"one"))
    headers = {**request.headers, "x-sdk-content-sha256": "UNSIGNED-PAYLOAD"}
    with pytest.raises(SignatureError):
        check(replace(request, headers=headers, body=b"other"))


def test_a_hash_of_other_content_in_a_header_is_not_believed() -> None:
    headers = {**HEADERS, "x-sdk-content-sha256": hashlib.sha256(b"one").hexdigest()}
    check(signed(changed(headers=headers, body=b"one")))
    request = signed(changed(headers=headers, body=b"one"))
    with pytest.raises(SignatureError):
        check(replace(request, body=b"other"))


@pytest.mark.parametrize(
    "values",
    [
        {"method": "PUT"},
        {"path": "/v2/zone"},
        {"query": "name=a"},
        {"body": b"{}"},
        {"headers": {**HEADERS, "x-project-id": "2ab"}},
        {"headers": {**HEADERS, "host": "rds.eu-de.lab"}},
    ],
    ids=["method", "path", "query", "body", "project", "host"],
)
def test_what_is_changed_after_it_was_signed_is_refused(values: dict[str, object]) -> None:
    request = signed(REQUEST)
    headers = {**values.get("headers", HEADERS), "authorization": request.headers["authorization"]}  # type: ignore[dict-item]
    with pytest.raises(SignatureError, match="another one"):
        check(replace(request, **(values | {"headers": headers})))


def test_another_secret_is_refused() -> None:
    with pytest.raises(SignatureError, match="another one"):
        check(signed(REQUEST), secret="another")


@pytest.mark.parametrize("minutes", [-15, -1, 0, 15])
def test_fifteen_minutes_are_borne(minutes: int) -> None:
    check(signed(REQUEST), NOW + dt.timedelta(minutes=minutes))


@pytest.mark.parametrize("seconds", [-901, 901])
def test_more_than_fifteen_minutes_are_not(seconds: int) -> None:
    with pytest.raises(SkewError, match="signed at 20261127T010000Z"):
        check(signed(REQUEST), NOW + dt.timedelta(seconds=seconds))


@pytest.mark.parametrize("date", ["2026-11-27", "", "20261327T010000Z"])
def test_what_is_no_date_is_refused(date: str) -> None:
    with pytest.raises(SignatureError, match="no date"):
        check(signed(changed(headers={**HEADERS, "x-sdk-date": date})))


@pytest.mark.parametrize("missing", ["host", "x-sdk-date"])
def test_host_and_date_have_to_be_signed(missing: str) -> None:
    request = signed(REQUEST)
    text = request.headers["authorization"].replace(f"{missing};", "").replace(f";{missing}", "")
    with pytest.raises(SignatureError, match="must be signed"):
        check(replace(request, headers={**request.headers, "authorization": text}))


def test_a_signed_header_has_to_be_sent() -> None:
    request = signed(REQUEST)
    headers = {name: value for name, value in request.headers.items() if name != "x-project-id"}
    with pytest.raises(SignatureError, match="was not sent"):
        check(replace(request, headers=headers))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bearer abc",
        "SDK-HMAC-SHA256 Access=KEY, SignedHeaders=host",
        "SDK-HMAC-SHA256 Access=KEY, SignedHeaders=host, Signature=short",
        f"V11-HMAC-SHA256 Access=KEY, SignedHeaders=host, Signature={'0' * 64}",
    ],
)
def test_another_authorization_is_refused(text: str) -> None:
    with pytest.raises(SignatureError):
        read_authorization(text)
