from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
import stamina

from include.connections import RegistryAccess
from include.errors import PermanentError, PreflightError, TemporaryError
from include.images import map_reference
from include.images.arriving import Arrival
from include.inventory import ImageUse
from include.inventory.references import Reference, parse_reference
from include.planning.image_rows import images_of_patterns, plan_images, with_own_images
from include.planning.registry import Registry, RemoteImage
from include.planning.shared_layers import largest_shared
from include.planning.tag_patterns import matching_references
from tests.builders.definitions import definition

INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
ACCESS = RegistryAccess("registry.test", "pusher", "a-long-password", "http")
MANIFEST = {"config": {"size": 10}, "layers": [{"size": 100}, {"size": 200}]}
INDEX = {
    "manifests": [
        {"digest": "sha256:arm", "platform": {"os": "linux", "architecture": "arm64"}},
        {"digest": "sha256:amd", "platform": {"os": "linux", "architecture": "amd64"}},
    ]
}


def answer(request: httpx.Request) -> httpx.Response:
    if not request.headers.get("Authorization", "").startswith("Basic "):
        return httpx.Response(401, headers={"WWW-Authenticate": 'Basic realm="x"'})
    if request.url.path.endswith("/manifests/index"):
        return httpx.Response(
            200, json=INDEX, headers={"Docker-Content-Digest": ONE, "Content-Type": INDEX_TYPE}
        )
    if request.url.path.endswith(("/manifests/1", "/manifests/sha256:amd")):
        return httpx.Response(200, json=MANIFEST, headers={"Docker-Content-Digest": ONE})
    return httpx.Response(200 if request.url.path == "/v2/" else 404, json={})


@pytest.fixture(autouse=True)
def no_waits() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=3):
        yield


def registry(handler: object = answer) -> Registry:
    return Registry(ACCESS, transport=httpx.MockTransport(handler))


@pytest.mark.parametrize("tag", ["1", "index"])
def test_asks_a_registry_for_digest_and_size(tag: str) -> None:
    assert registry().image(parse_reference(f"registry.test/shop/web:{tag}")) == RemoteImage(ONE, 310)


def test_a_missing_image_says_which() -> None:
    with pytest.raises(
        PermanentError, match=r"image registry\.test/shop/web:gone: the registry answered 404"
    ):
        registry().image(parse_reference("registry.test/shop/web:gone"))


def test_a_refused_login_says_so() -> None:
    with pytest.raises(PermanentError, match="the login of pusher was answered 401"):
        registry(lambda _: httpx.Response(401)).check_login()


def test_a_registry_that_does_not_answer_is_worth_a_retry() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(TemporaryError, match="no answer"):
        registry(refuse).check_login()


def test_a_busy_registry_is_asked_again() -> None:
    seen: list[httpx.Request] = []

    def busy_twice(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(429 if len(seen) < 3 else 200, json=MANIFEST)

    assert registry(busy_twice).image(parse_reference("registry.test/a:1")).size == 310


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_registry_that_stays_busy_is_worth_a_retry(status: int) -> None:
    with pytest.raises(TemporaryError, match=rf"registry registry\.test: answered {status} to GET"):
        registry(lambda _: httpx.Response(status)).image(parse_reference("registry.test/a:1"))


def test_a_busy_token_service_is_no_refused_login() -> None:
    def token_registry(request: httpx.Request) -> httpx.Response:
        if request.url.host == "auth.test":
            return httpx.Response(503)
        challenge = 'Bearer realm="http://auth.test/token",service="registry"'
        return httpx.Response(401, headers={"WWW-Authenticate": challenge})

    with pytest.raises(TemporaryError, match="503"):
        registry(token_registry).check_login()


def test_logs_in_at_the_token_service_the_registry_names() -> None:
    def token_registry(request: httpx.Request) -> httpx.Response:
        if request.url.host == "auth.test":
            assert request.url.params["service"] == "registry"
            return httpx.Response(200, json={"token": "t0"})
        if request.headers.get("Authorization") == "Bearer t0":
            return httpx.Response(200)
        challenge = 'Bearer realm="http://auth.test/token",service="registry"'
        return httpx.Response(401, headers={"WWW-Authenticate": challenge})

    registry(token_registry).check_login()


def target(reference: str) -> str:
    return reference.replace("registry.source.lab", "swr.eu-de.lab/shop")


def test_an_image_is_planned_by_the_digest_the_cluster_runs() -> None:
    seen: list[Reference] = []

    def look_up(reference: Reference) -> Arrival:
        seen.append(reference)
        return Arrival("sha256:newer", TWO, {ONE: 50_000_000}, ("platform linux/arm64",))

    (row,) = plan_images(
        [ImageUse("registry.source.lab/web:1", ONE, ("Deployment shop/web",))], look_up, target
    )
    assert seen[0].digest == ONE
    assert row.details["source_reference"] == f"registry.source.lab/web@{ONE}"
    assert (row.target, row.bytes) == ("swr.eu-de.lab/shop/web:1", 50_000_000)
    assert row.predicted_seconds > 0
    assert (row.details["target_digest"], row.details["left_out"]) == (TWO, ["platform linux/arm64"])


def test_images_with_a_layer_in_common_are_copied_together() -> None:
    layers = {"web": {"base": 300_000, "web": 900_000}, "api": {"base": 300_000}, "job": {"job": 900_000}}

    rows = plan_images(
        [ImageUse(f"registry.source.lab/{name}:1", None, ()) for name in layers],
        lambda reference: Arrival(ONE, ONE, layers[reference.repository]),
        target,
    )

    assert [row.details["together"] for row in rows] == ["base", "base", ""]


def test_layers_too_small_to_matter_keep_no_images_together() -> None:
    assert largest_shared({"web": {"small": 1000}, "api": {"small": 1000}}) == {}


def test_of_several_shared_layers_the_largest_counts() -> None:
    python = {"debian": 300_000, "python": 900_000}

    found = largest_shared({"web": python, "api": python, "job": {"debian": 300_000}})

    assert found == {"web": "python", "api": "python", "job": "debian"}


def test_an_image_nobody_runs_at_the_moment_is_planned_by_the_registry_s_digest() -> None:
    (row,) = plan_images(
        [ImageUse("registry.source.lab/web:1", None, ())], lambda _: Arrival(ONE, ONE, {ONE: 1}), target
    )
    assert row.details["source_reference"] == f"registry.source.lab/web@{ONE}"


def test_all_images_that_are_gone_are_named_at_once() -> None:
    def look_up(reference: Reference) -> Arrival:
        raise PermanentError("gone")

    images = [ImageUse(f"registry.source.lab/{name}:1", None, ("Deployment shop/web",)) for name in "ab"]
    with pytest.raises(PreflightError) as caught:
        plan_images(images, look_up, target)
    assert len(caught.value.problems) == 2


def test_one_registry_that_does_not_answer_does_not_condemn_the_plan() -> None:
    def look_up(reference: Reference) -> Arrival:
        raise TemporaryError("no answer")

    with pytest.raises(TemporaryError):
        plan_images([ImageUse("registry.source.lab/web:1", None, ())], look_up, target)


def test_two_images_that_would_share_a_name_on_the_target_are_refused() -> None:
    images = [
        ImageUse("nginx", ONE, ("Deployment a/web",)),
        ImageUse("docker.io/library/nginx:latest", TWO, ()),
    ]

    with pytest.raises(
        PreflightError, match="run as different images, and both would become swr/nginx:latest"
    ):
        plan_images(images, lambda _: None, lambda _: "swr/nginx:latest")


def test_an_image_that_is_on_the_target_already_is_not_copied() -> None:
    assert plan_images([ImageUse("swr.eu-de.lab/shop/web:1", ONE, ())], lambda _: None, target) == []


def test_the_migration_s_own_images_are_copied_too() -> None:
    references = {image.reference for image in with_own_images(definition(), [])}
    assert references == {
        "registry.source.lab/velero/velero:v1.18.3",
        "registry.source.lab/velero/velero-plugin-for-aws:v1.14.3",
        "registry.source.lab/restic/restic:0.18.1",
    }


TAGS = ["1.1", "1.20", "1.21", "latest", f"sha256-{'a' * 64}.sig"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("1.2*", ["1.20", "1.21"]), ("1.[1]", ["1.1"]), ("*", ["1.1", "1.20", "1.21", "latest"])],
)
def test_a_pattern_stands_for_every_tag_that_fits(pattern: str, expected: list[str]) -> None:
    found = matching_references(f"registry.source.lab/web:{pattern}", lambda _: TAGS)

    assert found == [f"registry.source.lab/web:{tag}" for tag in expected]


def test_patterns_that_fit_nothing_are_named_beside_all_other_problems() -> None:
    extra = ["registry.source.lab/web:9*", "registry.source.lab/api:8*", "registry.source.lab/job:1"]
    changed = definition(lambda document: document["images"].update(extra=extra))

    matched, problems = images_of_patterns(changed, lambda _: TAGS)

    assert matched == []
    assert len(problems) == 2
    assert "registry.source.lab/job:1" in {image.reference for image in with_own_images(changed, [])}
    with pytest.raises(PreflightError) as caught:
        plan_images([ImageUse("registry.source.lab/b:1", None, ())], gone, target, problems)
    assert len(caught.value.problems) == 3


def test_a_pattern_that_fits_too_much_is_refused() -> None:
    with pytest.raises(PermanentError, match="501 tags fit, more than 500; narrow the pattern"):
        matching_references("registry.source.lab/web:*", lambda _: [str(number) for number in range(501)])


def gone(reference: Reference) -> Arrival:
    raise PermanentError("gone")


def test_two_repositories_that_a_rule_makes_one_are_refused_all_at_once() -> None:
    rules = [
        {"from": "registry.source.lab/a/", "to": "x/"},
        {"from": "registry.source.lab/b/", "to": "x/"},
    ]
    changed = definition(lambda document: document["images"].update(names=rules))
    images = [
        ImageUse(f"registry.source.lab/{name}:1", f"sha256:{number}" + "1" * 63, ())
        for number, name in enumerate(("a/web", "b/web", "a/api", "b/api"))
    ]

    with pytest.raises(PreflightError) as caught:
        plan_images(images, lambda _: None, lambda one: map_reference(changed, "swr.test", one))
    assert [problem.partition(", source")[0] for problem in caught.value.problems] == [
        "images registry.source.lab/a/api:1 and registry.source.lab/b/api:1",
        "images registry.source.lab/a/web:1 and registry.source.lab/b/web:1",
    ]
