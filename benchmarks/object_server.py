"""A SeaweedFS on the loopback with a folder of its own, which it loses at its end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from benchmarks.registry_server import free_port
from lab.services.object_storage import weed

ACCESS_KEY, SECRET_KEY = "benchmark-key", "benchmark-secret"
START_SECONDS = 60.0
CONNECTIONS = 32


@dataclass(frozen=True)
class Store:
    """Where it is: `http://host:port`, with the bucket in the path."""

    endpoint: str

    def client(self) -> Any:
        """Return a boto3 client."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(s3={"addressing_style": "path"}, max_pool_connections=CONNECTIONS, proxies={}),
        )

    def document(self) -> dict[str, Any]:
        """Return the Airflow connection to it."""
        return {
            "conn_type": "aws",
            "login": ACCESS_KEY,
            "password": SECRET_KEY,
            "extra": {
                "endpoint_url": self.endpoint,
                "region_name": "us-east-1",
                "config_kwargs": {"s3": {"addressing_style": "path"}},
            },
        }


@contextmanager
def object_store() -> Generator[Store]:
    """Run a server that verifies signatures."""
    folder = Path(tempfile.mkdtemp(prefix="cce-bench-objects-"))
    identities = folder / "identities.json"
    identities.write_text(json.dumps(_identities()))
    port = free_port()
    # sockets of its own: SeaweedFS has them in the folder for temporary files, by port
    environment = {**os.environ, "TMPDIR": str(folder), "GOMEMLIMIT": "400MiB"}
    process = subprocess.Popen(
        _command(folder, identities, port),
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    store = Store(f"http://127.0.0.1:{port}")
    try:
        _wait(store, process)
        yield store
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def _identities() -> dict[str, Any]:
    credentials = [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}]
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    return {"identities": [{"name": "benchmark", "credentials": credentials, "actions": actions}]}


def _command(folder: Path, identities: Path, port: int) -> list[str]:
    ports = {name: _port_with_grpc() for name in ("master", "volume", "filer")}
    return [
        weed(),
        "-logtostderr",
        "server",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-master.telemetry=false",
        "-master.peers=none",
        "-master.volumeSizeLimitMB=1024",
        *(f"-{name}.port={number}" for name, number in ports.items()),
        "-volume.max=200",
        "-volume.preStopSeconds=0",
        "-filer",
        "-s3",
        f"-s3.config={identities}",
        f"-s3.port={port}",
        f"-s3.port.grpc={_port_with_grpc()}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]


def _port_with_grpc() -> int:
    """Return a free port whose partner for gRPC, 10000 above, is a port at all."""
    while True:
        port = free_port()
        if port < 55_000:
            return port


def _wait(store: Store, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + START_SECONDS
    client = store.client()
    while time.monotonic() < ends and process.poll() is None:
        try:
            # It may be there from the turn before, in which the store took the bucket, but no object yet.
            with suppress(client.exceptions.BucketAlreadyExists, client.exceptions.BucketAlreadyOwnedByYou):
                client.create_bucket(Bucket="ready")
            client.put_object(Bucket="ready", Key="ready", Body=b"ready")
        except (BotoCoreError, ClientError):
            time.sleep(0.5)
        else:
            return
    raise RuntimeError(f"SeaweedFS takes no objects at {store.endpoint}")
