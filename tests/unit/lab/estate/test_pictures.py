from __future__ import annotations

import hashlib

from lab.estate.pictures import LARGE_BYTES, PRODUCTS, all_pictures

PICTURES = {picture.key: picture for picture in all_pictures()}


def test_there_are_two_thousand_objects_with_different_keys() -> None:
    assert len(PICTURES) == len(list(all_pictures())) == 2000


def test_there_is_a_picture_of_each_product() -> None:
    assert all(f"products/{number}/picture.png" in PICTURES for number in range(1, PRODUCTS + 1))
    assert PICTURES["products/1/picture.png"].make().startswith(b"\x89PNG\r\n\x1a\n")


def test_keys_are_odd_in_every_way() -> None:
    keys = "".join(PICTURES)
    assert all(sign in keys for sign in " +%ü日🏭'\"?#&")


def test_some_are_empty_and_one_is_large() -> None:
    assert sum(1 for key in PICTURES if key.startswith("empty/") and PICTURES[key].make() == b"") == 5
    (large,) = [picture for picture in PICTURES.values() if picture.in_parts]
    assert len(large.make()) == LARGE_BYTES == 64 * 2**20


def test_every_lab_has_the_same_content() -> None:
    content = b"".join(PICTURES[f"products/{number}/picture.png"].make() for number in (1, 2, PRODUCTS))
    assert hashlib.sha256(content).hexdigest() == hashlib.sha256(content).hexdigest()
    assert PICTURES["products/1/picture.png"].make() != PICTURES["products/2/picture.png"].make()


def test_user_metadata_is_ascii_as_the_header_it_travels_in() -> None:
    for picture in PICTURES.values():
        metadata = picture.parameters.get("Metadata") or {}
        assert isinstance(metadata, dict)
        assert all(str(value).isascii() for value in metadata.values())
