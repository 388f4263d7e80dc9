"""A front door is asked at one of its addresses, under its own name."""

from __future__ import annotations

import pytest

from include.addressing import origin, request_at


@pytest.mark.parametrize(
    ("front_door", "address", "url"),
    [
        pytest.param("http://shop.lab", "198.18.0.1", "http://198.18.0.1/orders", id="an address"),
        pytest.param("http://shop.lab:8080", "198.18.0.1", "http://198.18.0.1:8080/orders", id="its port"),
        pytest.param(
            "http://shop.lab:8080", "198.18.0.1:81", "http://198.18.0.1:81/orders", id="a port of its own"
        ),
        pytest.param(
            "http://shop.lab/api/", "198.18.0.1", "http://198.18.0.1/api/orders", id="a path before"
        ),
        pytest.param("http://shop.lab:8080", "2001:db8::1", "http://[2001:db8::1]:8080/orders", id="IPv6"),
        pytest.param("http://shop.lab", "x.elb.example", "http://x.elb.example/orders", id="a host name"),
    ],
)
def test_the_address_takes_the_place_of_the_name(front_door: str, address: str, url: str) -> None:
    assert request_at(front_door, address, "/orders")["url"] == url


def test_name_and_certificate_stay_those_of_the_front_door() -> None:
    request = request_at("https://shop.lab:8443/api", "198.18.0.1", "/orders")

    assert request["headers"] == {"Host": "shop.lab:8443"}
    assert request["extensions"] == {"sni_hostname": "shop.lab"}


def test_an_origin_has_no_path() -> None:
    assert origin("https://shop.lab:8443/api") == "https://shop.lab:8443"
