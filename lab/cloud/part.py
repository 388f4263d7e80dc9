"""The cloud as a part of the lab: the process, its names, and the connections to it and to what is ordered from it."""

from __future__ import annotations

import sys
from typing import Any

import httpx

from lab import addresses, paths
from lab.cloud.signing import Signed
from lab.parts import Program
from lab.secrets import secrets
from lab.services import mariadb, postgres


class Cloud:
    """The control plane. Ready when a signed request is answered and one without a signature is refused."""

    name = "cloud"
    depends_on: tuple[str, ...] = ("network", "dns", "swr")
    address = f"http://{addresses.CLOUD_HOSTS['cce']}"

    def prepare(self) -> None:
        """Make the folder of what it remembers."""
        paths.data_of(self.name).chmod(0o700)

    def programs(self) -> list[Program]:
        """Return the process."""
        return [Program(self.name, [sys.executable, "-m", "lab.cloud.serve"], directory=str(paths.ROOT))]

    def is_ready(self) -> bool:
        """Say whether it lets in who signs, and nobody else."""
        path = f"/v3/{addresses.PROJECT_ID}/elb/quotas"
        url = f"http://{addresses.CLOUD}:{addresses.HTTP_PORT}{path}"
        known = secrets()
        login = Signed(known["obs_ak"], known["obs_sk"], addresses.PROJECT_ID)
        with httpx.Client(timeout=2, trust_env=False) as client:
            return client.get(url).status_code == 401 and client.get(url, auth=login).status_code == 200

    def finish(self) -> None:
        """Do nothing more."""

    def connections(self) -> dict[str, dict[str, Any]]:
        """Return the connection to the cloud, and those to the servers that are ordered from it with these logins."""
        known = secrets()
        connection = {
            "conn_type": "cce",
            "login": known["obs_ak"],
            "password": known["obs_sk"],
            # only Airflow's Test button asks for one
            "port": addresses.HTTP_PORT,
            "extra": {
                "cloud": "otc",
                "region": addresses.REGION,
                "project_id": addresses.PROJECT_ID,
                "endpoints": {
                    **{service: f"http://{host}" for service, host in addresses.CLOUD_HOSTS.items()},
                    "registry": f"http://{addresses.SWR_HOST}",
                },
            },
        }
        return {
            "huawei_cloud": connection,
            "target_postgres": postgres.target_connection(),
            "target_mariadb": mariadb.target_connection(),
        }
