"""What is set at a bucket is told, since only objects travel."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from include.objects.settings import settings_of


class Store:
    """Answer for the settings it has; of the others it says that there are none."""

    def __init__(self, **answers: dict[str, Any]) -> None:
        self.answers = answers

    def __getattr__(self, request: str) -> Any:
        def ask(Bucket: str) -> dict[str, Any]:  # ruff: ignore[invalid-argument-name]
            if request in self.answers:
                return self.answers[request]
            raise ClientError({"Error": {"Code": "NoSuchThing", "Message": ""}}, request)

        return ask


def test_a_plain_bucket_has_none() -> None:
    store = Store(
        get_bucket_versioning={}, get_bucket_acl={"Grants": [{"Grantee": {"Type": "CanonicalUser"}}]}
    )

    assert settings_of(store, "b") == []


def test_every_setting_that_stays_behind_is_named() -> None:
    everybody = {"Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}
    store = Store(
        get_bucket_versioning={"Status": "Enabled"},
        get_bucket_policy={"Policy": "{}"},
        get_bucket_acl={"Grants": [everybody]},
    )

    assert settings_of(store, "b") == ["former versions of its objects", "its policy", "public access"]
