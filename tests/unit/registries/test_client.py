"""Every request keeps the pace, logs in for what it is for, and says what a refusal says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
import stamina

from include.connections import RegistryAccess
from include.errors import PermanentError
from include.inventory.references import parse_reference
from include.planning.registry import Registry
from include.registries import RegistryClient, explain_refusal
from include.registries.pacing import Pacer

ACCESS = RegistryAccess("registry.test", "puller", "a-long-password", "http")
Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def no_waits() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=3):
        yield


def open_registry(handler: Handler, slept: list[float] | None = None) -> Registry:
    sleep = [].append if slept is None else slept.append
    pacer = Pacer("registry.test", clock=lambda: 0.0, sleep=sleep)
    return Registry(ACCESS, transport=httpx.MockTransport(handler), pacer=pacer)


def test_the_wait_of_a_429_is_kept_before_the_next_attempt() -> None:
    answers = iter([httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(200)])
    slept: list[float] = []

    open_registry(lambda _: next(answers), slept).check_login()

    assert slept == [7]


def test_a_digest_is_asked_for_by_head() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.method == "HEAD"
        if request.url.path.endswith("/gone"):
            return httpx.Response(404)
        return httpx.Response(200, headers={"Docker-Content-Digest": "sha256:aa"})

    registry = open_registry(answer)

    assert registry.digest(parse_reference("registry.test/a:1")) == "sha256:aa"
    assert registry.digest(parse_reference("registry.test/a:gone")) is None


def test_a_digest_that_may_not_be_seen_is_no_missing_one() -> None:
    with pytest.raises(PermanentError, match=r"registry.test/a:1: the registry answered 403"):
        open_registry(lambda _: httpx.Response(403)).digest(parse_reference("registry.test/a:1"))


def test_tags_are_listed_page_by_page() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("last") == "2":
            return httpx.Response(200, json={"name": "a", "tags": ["3"]})
        link = '</v2/a/tags/list?n=1000&last=2>; rel="next"'
        return httpx.Response(200, json={"name": "a", "tags": ["1", "2"]}, headers={"Link": link})

    assert list(open_registry(answer).tags("a")) == ["1", "2", "3"]


def test_tags_without_end_are_refused() -> None:
    link = '</v2/a/tags/list?n=1000&last=1>; rel="next"'

    with pytest.raises(PermanentError, match="has more than 100000 tags; name single ones"):
        list(
            open_registry(lambda _: httpx.Response(200, json={"tags": []}, headers={"Link": link})).tags("a")
        )


def test_a_token_is_asked_for_with_every_scope_of_the_request() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "auth.test":
            asked.extend(request.url.params.get_list("scope"))
            return httpx.Response(200, json={"token": "t0"})
        if request.headers.get("Authorization") == "Bearer t0":
            return httpx.Response(201)
        challenge = 'Bearer realm="http://auth.test/token",service="r",scope="repository:a:pull,push"'
        return httpx.Response(401, headers={"WWW-Authenticate": challenge})

    client = RegistryClient(ACCESS, transport=httpx.MockTransport(answer))
    done = client.request(
        "POST", "/v2/a/blobs/uploads/?from=b", "repository:a:pull,push", "repository:b:pull"
    )

    assert done.status_code == 201
    assert asked == ["repository:a:pull,push", "repository:b:pull"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            httpx.Response(403, json={"errors": [{"code": "DENIED", "message": "no such organization"}]}),
            "403 DENIED no such organization",
        ),
        (httpx.Response(502, text="<html>bad\ngateway</html>"), "502 <html>bad gateway</html>"),
        (httpx.Response(400, json={"errors": "none"}), '400 {"errors":"none"}'),
        (httpx.Response(404), "404"),
    ],
)
def test_a_refusal_is_told_in_the_registrys_words(answer: httpx.Response, expected: str) -> None:
    assert explain_refusal(answer) == expected
