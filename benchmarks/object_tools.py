"""How each tool brings a bucket from one store to another."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.awscli import awscli
from benchmarks.object_data import SOURCE_BUCKET
from benchmarks.object_server import ACCESS_KEY, SECRET_KEY, Store
from lab import paths

PARALLEL = "16"
KEYS = {
    "AWS_ACCESS_KEY_ID": ACCESS_KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
}
Tool = Callable[[Store, Store, str], None]


def ours(source: Store, target: Store, bucket: str) -> None:
    """Plan, copy and prove: the proof is included on our side only."""
    task = {
        "source": source.document(),
        "target": target.document(),
        "bucket": bucket,
        "folder": str(_kept("ledger", bucket)),
    }
    _run([sys.executable, "-m", "benchmarks.object_copy"], text=json.dumps(task))


def rclone_sync(source: Store, target: Store, bucket: str) -> None:
    """Stream from store to store; sizes and dates decide what is copied."""
    command = [
        "rclone",
        "sync",
        f"--transfers={PARALLEL}",
        f"--checkers={PARALLEL}",
        "--fast-list",
        "--metadata",
    ]
    variables = _rclone("SOURCE", source) | _rclone("TARGET", target)
    _run([*command, f"source:{SOURCE_BUCKET}", f"target:{bucket}"], variables)


def s5cmd_sync(source: Store, target: Store, bucket: str) -> None:
    """Go by this machine's disk: s5cmd knows one store at a time."""
    folder = _kept("s5cmd", bucket)
    folder.mkdir(exist_ok=True)
    command = [str(paths.BIN / "s5cmd"), "--log=error", f"--numworkers={PARALLEL}"]
    down = [f"--endpoint-url={source.endpoint}", "sync", f"s3://{SOURCE_BUCKET}/*", f"{folder}/"]
    up = [f"--endpoint-url={target.endpoint}", "sync", f"{folder}/", f"s3://{bucket}/"]
    _run([*command, *down], KEYS)
    _run([*command, *up], KEYS)


def aws_s3_sync(source: Store, target: Store, bucket: str) -> None:
    """Go by this machine's disk: the AWS CLI's `s3 sync` copies between buckets of one store only."""
    folder = _kept("aws", bucket)
    folder.mkdir(exist_ok=True)
    command = [str(awscli()), "s3", "sync", "--only-show-errors", "--no-progress"]
    down = [f"--endpoint-url={source.endpoint}", f"s3://{SOURCE_BUCKET}", str(folder)]
    up = [f"--endpoint-url={target.endpoint}", str(folder), f"s3://{bucket}"]
    for direction in (down, up):
        _run([*command, *direction], {**KEYS, "AWS_CONFIG_FILE": str(_aws_settings(folder.parent))})


def clean(bucket: str) -> None:
    """Remove what a tool has left on this machine's disk."""
    for name in ("ledger", "s5cmd", "aws"):
        shutil.rmtree(_kept(name, bucket), ignore_errors=True)


def _kept(name: str, bucket: str) -> Path:
    """Return where a tool keeps what its next step into a bucket may use."""
    return Path(tempfile.gettempdir()) / f"cce-bench-{name}-{bucket}"


TOOLS: dict[str, Tool] = {
    "ours": ours,
    "rclone sync": rclone_sync,
    "s5cmd sync": s5cmd_sync,
    "aws s3 sync": aws_s3_sync,
}


def _aws_settings(folder: Path) -> Path:
    """Return a configuration with as many requests at once as the others have; its default is ten."""
    file = folder / "cce-bench-aws.ini"
    file.write_text(
        f"[default]\ns3 =\n    max_concurrent_requests = {PARALLEL}\n    addressing_style = path\n"
    )
    return file


def _rclone(name: str, store: Store) -> dict[str, str]:
    values = {
        "TYPE": "s3",
        "PROVIDER": "SeaweedFS",
        "ENDPOINT": store.endpoint,
        "ACCESS_KEY_ID": ACCESS_KEY,
        "SECRET_ACCESS_KEY": SECRET_KEY,
        "REGION": "us-east-1",
    }
    return {f"RCLONE_CONFIG_{name}_{key}": value for key, value in values.items()}


def _run(command: list[str], variables: dict[str, str] | None = None, text: str = "") -> None:
    environment = {**os.environ, **(variables or {}), "RCLONE_CONFIG": os.devnull}
    done = subprocess.run(command, env=environment, input=text, text=True, capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {(done.stderr or done.stdout)[-2000:]}")
