"""A load balancer that customers use, with the source behind it: what a cutover by ELB finds."""

from __future__ import annotations

import copy
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from include.adaptation.merge_patch import apply_merge_patch
from include.cloud import Cloud
from include.planning.fixed_rows import fixed_rows
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from tests.builders.connections import connections
from tests.builders.definitions import definition
from tests.builders.objects import MemoryCluster, make
from tests.builders.runs import run as lab_run

from .answering import Answering
from .conftest import KEY, PROJECT, SECRET, Server
from .servers import free_port, on_loopback

PLACE = {"vpc_id": "vpc-1", "availability_zone_list": ["eu-de-01"], "guaranteed": True}
ASKED, SECONDS = 20, 30.0
CHECK = {"type": "HTTP", "delay": 1, "timeout": 1, "max_retries": 1, "url_path": "/healthz"}


class Patching(MemoryCluster):
    """Take merge patches as the API does."""

    def patch(self, path: str, patch: dict[str, Any], **parameters: Any) -> dict[str, Any]:
        self.objects[path] = apply_merge_patch(self.objects[path], copy.deepcopy(patch))
        return copy.deepcopy(self.objects[path])


@dataclass
class FrontElb:
    """The load balancer with its listeners, made by the cloud's API as a person would."""

    server: Server
    source: Answering
    balancer: Any = None
    listeners: list[str] = field(default_factory=list)
    pools: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)

    @property
    def cloud(self) -> Cloud:
        return Cloud(connections(huawei_cloud=self.connection()).cloud("huawei_cloud"))

    def connection(self) -> dict[str, Any]:
        extra = {
            "cloud": "otc",
            "region": "eu-de",
            "project_id": PROJECT,
            "endpoints": {"elb": self.server.url},
        }
        return {"conn_type": "cce", "login": KEY, "password": SECRET, "extra": extra}

    def make(self, count: int = 1, **changed: Any) -> FrontElb:
        body = {"name": "front", "ip_target_enable": True, **PLACE, **changed}
        self.balancer = self.cloud.call(
            "elb", "create_load_balancer", body={"loadbalancer": body}
        ).loadbalancer
        for _ in range(count):
            self._listen()
        await_answers(self.urls)
        return self

    def _listen(self) -> None:
        cloud, port = self.cloud, free_port()
        pool = {
            "name": "source",
            "loadbalancer_id": self.balancer.id,
            "protocol": "HTTP",
            "lb_algorithm": "LEAST_CONNECTIONS",
        }
        key = cloud.call("elb", "create_pool", body={"pool": pool}).pool.id
        address, number = self.source.place
        member = {"address": address, "protocol_port": number}
        cloud.call("elb", "create_member", pool_id=key, body={"member": member})
        cloud.call("elb", "create_health_monitor", body={"healthmonitor": {"pool_id": key, **CHECK}})
        wanted = {"protocol": "HTTP", "protocol_port": port, "default_pool_id": key, "name": "shop"}
        listener = {"loadbalancer_id": self.balancer.id, **wanted}
        made = cloud.call("elb", "create_listener", body={"listener": listener}).listener
        self.pools.append(key)
        self.listeners.append(made.id)
        self.urls.append(f"http://{on_loopback(self.balancer.vip_address)}:{port}/")

    def led_to(self) -> list[str]:
        return [
            self.cloud.call("elb", "show_listener", listener_id=one).listener.default_pool_id
            for one in self.listeners
        ]

    def say(self) -> list[str]:
        return [httpx.get(url, trust_env=False).text for url in self.urls]

    def run(self, folder: Path, target: Answering, **elb: Any) -> MigrationRun:
        """Return a run that has its Services in clusters of memory: the target's is at the other web server."""
        port = target.place[1]
        settings = {
            "connection": "huawei_cloud",
            "listeners": [{"id": one, "service_port": port} for one in self.listeners],
            **elb,
        }

        def by_elb(document: dict[str, Any]) -> None:
            del document["front_door"]["dns"]
            document["front_door"]["elb"] = settings

        made = lab_run(
            folder,
            definition=definition(by_elb),
            connections=connections(huawei_cloud=self.connection()),
        )
        save_plan(made.ledger, Plan(items=fixed_rows(made.definition)))
        made.__dict__["source"] = Patching("source", service(self.source.place[0], port))
        made.__dict__["target"] = Patching("target", service(target.place[0], port))
        return made


def await_answers(urls: list[str]) -> None:
    """Wait until the health checks have seen the source: nobody is served before."""
    ends = time.monotonic() + SECONDS
    while not all(httpx.get(url, trust_env=False).is_success for url in urls):
        assert time.monotonic() < ends, "the source is not served"
        time.sleep(0.05)


def service(address: str, port: int, **more: Any) -> dict[str, Any]:
    row = {"name": "http", "port": port, "targetPort": "http", "protocol": "TCP", "nodePort": port}
    return make(
        "v1",
        "Service",
        "web",
        spec={"ports": [row], "selector": {"app": "web"}, **more},
        status={"loadBalancer": {"ingress": [{"ip": address}]}},
    )


class Customers:
    """Ask again and again, on a connection that is kept, and count who answered.

    `mark` begins another time, and returns when enough was asked in it.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._ended = threading.Event()
        self._now = "before"
        self.seen: dict[str, Counter[str]] = {}
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Customers:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def mark(self, name: str) -> None:
        self._now = name
        ends = time.monotonic() + SECONDS
        while self.seen.get(name, Counter()).total() < ASKED:
            assert time.monotonic() < ends, f"nobody asks {name}"
            time.sleep(0.01)

    def _ask(self) -> None:
        with httpx.Client(trust_env=False, timeout=5) as client:
            while not self._ended.is_set():
                moment = self._now
                try:
                    answer = client.get(self._url)
                    text = answer.text if answer.is_success else f"failed {answer.status_code}"
                except httpx.HTTPError as error:
                    text = f"failed {type(error).__name__}"
                # what was asked in one time and answered in the next belongs to neither
                if moment == self._now:
                    self.seen.setdefault(moment, Counter())[text] += 1
                time.sleep(0.005)
