"""The lab's image registries: the source's, and one that refuses what SWR refuses."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import httpx
import yaml

from lab import addresses, paths
from lab.clusters.pull_secrets import swr_login
from lab.parts import Program
from lab.secrets import secrets
from lab.services.configuration import revision, write_configuration
from lab.services.confinement import confined
from lab.services.front import Front
from lab.services.refusals import swr_refusals

REALM = "Registry"
_CHECK = "lab-check"


class _Registry:
    """A registry with one login, behind a front. Ready when it takes the login and wants one."""

    depends_on: tuple[str, ...] = ("network",)

    def __init__(self, name: str, host: str, login: tuple[str, str]) -> None:
        self.name = name
        self.address = host
        self._listen = addresses.HOST_NAMES[host]
        self._user, self._password = login
        self._folder = paths.RUN / name
        self._socket = paths.SOCKETS / f"{name}.sock"
        self._front = Front(name, self._listen, self._socket, self._refusals())

    def _refusals(self) -> str:
        return ""

    @property
    def _logins(self) -> Path:
        return self._folder / "htpasswd"

    def prepare(self) -> None:
        """Write the configuration and the login."""
        paths.data_of(self.name)
        paths.run_of(self.name)
        write_configuration(self._folder / "registry.yaml", self._text())
        write_configuration(self._logins, htpasswd(self._user, self._password))
        self._front.prepare()

    def _text(self) -> str:
        return yaml.safe_dump({
            "version": "0.1",
            "log": {"level": "warn", "accesslog": {"disabled": True}},
            "storage": {
                "cache": {"blobdescriptor": "inmemory"},
                "filesystem": {"rootdirectory": str(paths.DATA / self.name)},
                "delete": {"enabled": True},
            },
            # the key that signs the state of uploads: the same after each start, so that they go on
            "http": {"net": "unix", "addr": str(self._socket), "secret": _upload_key(self._password)},
            "auth": {"htpasswd": {"realm": REALM, "path": str(self._logins)}},
        })

    def programs(self) -> list[Program]:
        """Return the registry and its front."""
        command = ["docker-registry", "serve", str(self._folder / "registry.yaml")]
        line = confined(command, mounts={}, stale_socket=self._socket)
        registry = Program(self.name, line, environment=revision(self._text()))
        return [registry, self._front.program()]

    def is_ready(self) -> bool:
        """Say whether the login is taken, and wanted."""
        with self._client() as client:
            return client.get("/v2/").status_code == 200 and client.get("/v2/", auth=None).status_code == 401

    def finish(self) -> None:
        """Push two bytes, which a login alone does not show to work.

        Raises:
            RuntimeError: the registry did not take them.
        """
        with self._client() as client:
            begun = client.post(f"/v2/{_CHECK}/blobs/uploads/")
            if begun.status_code == 202:
                digest = f"sha256:{hashlib.sha256(b'{}').hexdigest()}"
                place = httpx.URL(begun.headers["Location"]).copy_merge_params({"digest": digest})
                begun = client.put(place, content=b"{}")
        if begun.status_code != 201:
            raise RuntimeError(f"{self.name} takes no content: {begun.status_code} {begun.text[:200]}")

    def _client(self) -> httpx.Client:
        login = (self._user, self._password)
        return httpx.Client(base_url=f"http://{self._listen}", auth=login, timeout=2, trust_env=False)

    def _connection(self) -> dict[str, Any]:
        return {
            "conn_type": "docker",
            "host": self.address,
            "login": self._user,
            "password": self._password,
            "extra": {"scheme": "http"},
        }


class SourceRegistry(_Registry):
    """The registry that the source's images are in."""

    def __init__(self) -> None:
        login = (addresses.SOURCE_REGISTRY_USER, secrets()["registry_password"])
        super().__init__("source-registry", addresses.SOURCE_REGISTRY_HOST, login)

    def connections(self) -> dict[str, dict[str, Any]]:
        """Return the connection to the source's registry."""
        return {"source_registry": self._connection()}


class Swr(_Registry):
    """The cloud's registry: the login is derived from an access key, and OCI indexes are refused."""

    def __init__(self) -> None:
        known = secrets()
        super().__init__("swr", addresses.SWR_HOST, swr_login(known["obs_ak"], known["obs_sk"]))

    def _refusals(self) -> str:
        return swr_refusals(self._logins, REALM)

    def connections(self) -> dict[str, dict[str, Any]]:
        """Return the connection to SWR."""
        return {"swr": self._connection()}


def _upload_key(password: str) -> str:
    return hashlib.sha256(f"uploads {password}".encode()).hexdigest()


def htpasswd(user: str, password: str) -> str:
    """Return a login as a line of an htpasswd file (bcrypt); the password goes in by standard input."""
    done = subprocess.run(
        ["htpasswd", "-niB", "-C", "5", user], input=password, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise RuntimeError(f"htpasswd failed: {done.stderr.strip()[-200:]}")
    return done.stdout.strip() + "\n"
