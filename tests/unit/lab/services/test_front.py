from __future__ import annotations

from pathlib import Path

from lab.services.front import Front

TEXT = Front("obs", "198.18.0.13", Path("/run/lab/obs.sock"), "return 403;").text()


def test_requests_go_on_as_they_came() -> None:
    # no address after the upstream's name: nginx would otherwise decode and encode the path, and break signatures
    assert "proxy_pass http://behind;" in TEXT
    assert "proxy_set_header Host $http_host;" in TEXT
    assert "ignore_invalid_headers off;" in TEXT


def test_uploads_have_no_limit_and_are_not_stored_on_the_way() -> None:
    assert "client_max_body_size 0;" in TEXT
    assert "proxy_request_buffering off;" in TEXT


def test_the_front_listens_on_the_services_address_only() -> None:
    assert TEXT.count("listen ") == 1
    assert "listen 198.18.0.13:80;" in TEXT


def test_the_front_is_one_process() -> None:
    # a worker that outlives its killed master keeps the address, and the next front cannot listen
    assert "master_process off;" in TEXT
