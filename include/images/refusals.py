"""Say what to do when the target registry refuses to take something."""

from __future__ import annotations

import httpx

from include.registries import explain_refusal

ANYTHING = "look at the organization in SWR's console, and retry"
# In this order: the first whose word stands in what the registry says. Codes are those of
# https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes and SWR's own texts.
BY_WORD = (
    (
        "toomanyrequests",
        "wait, or ask for a higher limit",
    ),
    (
        "quota",
        "the organization or the project has no room left: delete what nobody needs, or ask for a higher quota",
    ),
    (
        "manifest_invalid",
        "the registry cannot read this kind of image: build it again with Docker's media types",
    ),
    (
        "name_unknown",
        "make the organization in SWR, or correct images.target.organization",
    ),
    (
        "namespace",
        "make the organization in SWR, or correct images.target.organization",
    ),
    (
        "name_invalid",
        "give the repository another name with images.names",
    ),
)
BY_STATUS = {
    401: "the login is not accepted: correct the connection; SWR's login ends when its access key is changed",
    403: "give the connection's user the right to edit (push to) the organization in SWR",
    404: "make the organization in SWR, or correct images.target.organization",
    405: "its address does not take images: correct the host of the connection",
    413: "a proxy before the registry limits sizes: raise its limit",
    429: "wait, or ask for a higher limit",
    507: "the registry's storage is full: make room",
}


def remedy_for(answer: httpx.Response) -> str:
    """Return what to do about a refusal of the target registry."""
    said = explain_refusal(answer).lower()
    found = next((remedy for word, remedy in BY_WORD if word in said), None)
    return found or BY_STATUS.get(answer.status_code, ANYTHING)


def refusal(what: str, answer: httpx.Response) -> str:
    """Return one line: what was refused, in the registry's words, and what to do.

    :param what: e.g. `repository swr.eu-de.lab/shop/web, target`.
    """
    return f"{what}: the registry answered {explain_refusal(answer)}; {remedy_for(answer)}"
