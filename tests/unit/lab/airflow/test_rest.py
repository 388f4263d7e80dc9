from __future__ import annotations

import json

import httpx
import pytest

from lab.airflow.rest import Login, RestClient, RestError


class FakeAirflow:
    """Gives out tokens that are valid for a number of requests."""

    def __init__(self, valid_for: int = 100, total: int = 3) -> None:
        self.valid_for = valid_for
        self.total = total
        self.logins = 0
        self.left = 0

    def client(self) -> RestClient:
        return RestClient(transport=httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/auth/token":
            self.logins, self.left = self.logins + 1, self.valid_for
            return httpx.Response(201, json={"access_token": f"token-{self.logins}"})
        self.left -= 1
        if self.left < 0 or request.headers["Authorization"] != f"Bearer token-{self.logins}":
            return httpx.Response(401, json={"detail": "Invalid JWT token"})
        if request.url.path.endswith("/missing"):
            return httpx.Response(404, json={"detail": "The DAG was not found"})
        offset = int(request.url.params.get("offset", 0))
        rows = [{"id": number} for number in range(offset, min(offset + 2, self.total))]
        return httpx.Response(200, json={"rows": rows, "total_entries": self.total})


def test_a_client_logs_in_once() -> None:
    airflow = FakeAirflow()
    client = airflow.client()
    client.get("/dags")
    client.get("/dags")
    assert airflow.logins == 1


def test_a_client_logs_in_again_when_its_token_is_old() -> None:
    airflow = FakeAirflow(valid_for=1)
    client = airflow.client()
    client.get("/dags")
    assert client.get("/dags")["total_entries"] == 3
    assert airflow.logins == 2


def test_a_list_is_read_to_its_last_page() -> None:
    rows = FakeAirflow(total=5).client().pages("/things", "rows")
    assert [row["id"] for row in rows] == [0, 1, 2, 3, 4]


def test_a_refusal_tells_what_was_asked_and_airflow_s_reason() -> None:
    with pytest.raises(RestError, match=r"^GET /api/v2/missing: 404 The DAG was not found$") as caught:
        FakeAirflow().client().get("/missing")
    assert caught.value.status == 404


def test_another_airflow_is_asked_at_its_own_address_as_its_own_user() -> None:
    asked: list[tuple[str, bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((str(request.url), request.content))
        return httpx.Response(200, json={"access_token": "token"})

    login = Login("http://127.0.0.1:8280", "somebody", "sesame")
    RestClient(login=login, transport=httpx.MockTransport(answer)).get("/dags")
    assert [url for url, _ in asked] == [
        "http://127.0.0.1:8280/auth/token",
        "http://127.0.0.1:8280/api/v2/dags",
    ]
    assert json.loads(asked[0][1]) == {"username": "somebody", "password": "sesame"}
    assert "sesame" not in repr(login)
