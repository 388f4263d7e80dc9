"""The cloud's own SDKs, pointed at a server of ours."""

from __future__ import annotations

import importlib
from typing import Any

SERVICES = {
    "cce": ("huaweicloudsdkcce.v3", "CceClient"),
    "ecs": ("huaweicloudsdkecs.v2", "EcsClient"),
    "vpc": ("huaweicloudsdkvpc.v2", "VpcClient"),
    "swr": ("huaweicloudsdkswr.v2", "SwrClient"),
    "rds": ("huaweicloudsdkrds.v3", "RdsClient"),
    "dns": ("huaweicloudsdkdns.v2", "DnsClient"),
    "elb": ("huaweicloudsdkelb.v3", "ElbClient"),
    "drs": ("huaweicloudsdkdrs.v3", "DrsClient"),
    "oms": ("huaweicloudsdkoms.v2", "OmsClient"),
    "iam": ("huaweicloudsdkiam.v3", "IamClient"),
}


def open_client(service: str, endpoint: str, credentials: Any, timeout: float = 10) -> Any:
    from huaweicloudsdkcore.http.http_config import HttpConfig

    module, name = SERVICES[service]
    config = HttpConfig(timeout=(2, timeout), retry_times=0)
    builder = getattr(importlib.import_module(module), name).new_builder()
    return builder.with_http_config(config).with_credentials(credentials).with_endpoint(endpoint).build()


def regional(access_key: str, secret_key: str, project: str) -> Any:
    from huaweicloudsdkcore.auth.credentials import BasicCredentials

    return BasicCredentials(access_key, secret_key, project)


def everywhere(access_key: str, secret_key: str, domain: str) -> Any:
    from huaweicloudsdkcore.auth.credentials import GlobalCredentials

    return GlobalCredentials(access_key, secret_key, domain)
