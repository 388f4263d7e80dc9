from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from lab.images.build import build_image, digest_of


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("lab.paths.DATA", tmp_path / "data")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_the_same_content_gives_the_same_digest_whatever_its_date(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"content")
    first = digest_of(build_image("shop/app:1", {"bin/app": program}, ["/bin/app"]))
    program.touch()
    assert digest_of(build_image("shop/app:1", {"bin/app": program}, ["/bin/app"])) == first
    program.write_bytes(b"other")
    assert digest_of(build_image("shop/app:1", {"bin/app": program}, ["/bin/app"])) != first


def test_a_layer_holds_files_links_and_their_folders(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"content")
    program.chmod(0o755)
    layout = build_image("shop/app:1", {"usr/bin/app": program}, ["/app"], links={"app": "usr/bin/app"})
    blobs = layout / "blobs" / "sha256"
    manifest = json.loads((blobs / digest_of(layout).removeprefix("sha256:")).read_text())
    packed = (blobs / manifest["layers"][0]["digest"].removeprefix("sha256:")).read_bytes()
    config = json.loads((blobs / manifest["config"]["digest"].removeprefix("sha256:")).read_text())
    plain = gzip.decompress(packed)
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(plain).hexdigest()}"]
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        assert tar.getnames() == ["app", "usr", "usr/bin", "usr/bin/app"]
        assert tar.getmember("usr/bin/app").mode == 0o755
        assert tar.getmember("app").linkname == "usr/bin/app"
