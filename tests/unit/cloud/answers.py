"""Answers of the cloud that are no success, and what becomes of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from include.cloud import Service
from include.errors import (
    CloudConflictError,
    CloudError,
    CloudForbiddenError,
    CloudLoginError,
    CloudObjectNotFoundError,
    CloudQuotaError,
    CloudThrottledError,
    CloudUnavailableError,
)


@dataclass
class Row:
    """Say which answer becomes which error: `shown` are parts of its text, the remedy among them."""

    name: str
    status: int
    body: Any
    kind: type[CloudError] | type[CloudUnavailableError]
    shown: tuple[str, ...]
    service: Service = "cce"
    operation: str = "list_clusters"
    fields: dict[str, Any] = field(default_factory=dict)


def gateway(message: str, code: str = "APIGW.0301") -> dict[str, str]:
    return {"error_msg": message, "error_code": code, "request_id": "request-of-the-body"}


def iam_error(reason: str) -> dict[str, str]:
    return gateway(f"Incorrect IAM authentication information: {reason}")


ROWS = [
    Row(
        "throttled by the gateway",
        429,
        gateway("The throttling threshold has been reached: policy api over ratelimit", "APIGW.0308"),
        CloudThrottledError,
        ("429 APIGW.0308", "run fewer migrations"),
    ),
    Row(
        "throttled by the service",
        429,
        {"errorCode": "CCE.01429002", "errorMessage": "Resource locked by other requests."},
        CloudThrottledError,
        ("429 CCE.01429002 Resource locked",),
    ),
    Row("throttled without a word", 429, "", CloudThrottledError, ("the API answered 429 (request",)),
    Row(
        "key locked after wrong signatures",
        401,
        iam_error("AK access failed to reach the limit,forbidden."),
        CloudThrottledError,
        ("locks a key for five minutes",),
    ),
    Row(
        "wrong signature",
        401,
        iam_error("verify aksk signature fail"),
        CloudLoginError,
        ("401 APIGW.0301", "does not belong to the access key"),
    ),
    Row(
        "wrong signature, with the request that was signed",
        401,
        iam_error("verify aksk signature fail, canonicalRequest:GET|/v3/||x-sdk-date:20210824T025548Z"),
        CloudLoginError,
        ("does not belong to the access key",),
    ),
    Row(
        "clock skew",
        401,
        iam_error("signature expired, signature time:20230527T000431Z,server time:20230527T020608Z"),
        CloudLoginError,
        ("set the clock of the Airflow worker",),
    ),
    Row(
        "unknown key",
        401,
        iam_error("Get secretKey failed,ak:AKTEST,err:ak not exist"),
        CloudLoginError,
        ("the access key was deleted",),
    ),
    Row("disabled key", 401, iam_error("ak AKTEST is disabled"), CloudLoginError, ("enable the access key",)),
    Row(
        "expired key",
        401,
        iam_error("the access key has expired"),
        CloudLoginError,
        ("enable the access key",),
    ),
    Row(
        "frozen account",
        403,
        gateway("The account is frozen.", "APIGW.0305"),
        CloudLoginError,
        ("enable the access key or its user",),
    ),
    Row(
        "expired token",
        401,
        iam_error("token expires, expires_at: 2026-11-27"),
        CloudLoginError,
        ("temporary part is over",),
    ),
    Row(
        "token of another region",
        401,
        gateway("The token must be updated.", "APIGW.0307"),
        CloudLoginError,
        ("from another region",),
    ),
    Row(
        "some other 401",
        401,
        {
            "error": {
                "code": 401,
                "message": "The request you have made requires authentication.",
                "title": "Unauthorized",
            }
        },
        CloudLoginError,
        ("the API answered 401 The request you", "compare login and password"),
        "iam",
        "keystone_list_projects",
    ),
    Row(
        "missing right, told by the gateway as 401",
        401,
        {"error": {"code": "EPS.0003", "message": "policy doesn't allow rds:instance:list"}},
        CloudForbiddenError,
        ("401 EPS.0003", "give the key's user this right"),
        "rds",
        "list_instances",
    ),
    Row(
        "missing right",
        403,
        {
            "kind": "Status",
            "code": 403,
            "errorCode": "CCE.01403001",
            "errorMessage": "Forbidden.",
            "error_code": "CCE_CM.0005",
            "error_msg": "Action forbidden",
            "message": "policy doesn't allow cce:cluster:list",
        },
        CloudForbiddenError,
        (
            "403 CCE.01403001 Forbidden., Action forbidden, policy doesn't allow cce:cluster:list",
            "give the key's user this right",
        ),
    ),
    Row(
        "wrong project",
        403,
        gateway("Forbidden", "APIGW.0302"),
        CloudForbiddenError,
        ("region and project_id of the connection belong together",),
    ),
    Row(
        "quota of CCE",
        400,
        {"errorCode": "CCE.01400007", "errorMessage": "Insufficient cluster quota."},
        CloudQuotaError,
        ("raise the quota",),
        "cce",
        "create_cluster",
        {"body": {}},
    ),
    Row(
        "quota of RDS",
        403,
        {"error_code": "DBS.200040", "error_msg": "Quota exceeded."},
        CloudQuotaError,
        ("raise the quota",),
        "rds",
        "create_instance",
        {"body": {}},
    ),
    Row(
        "quota of ELB",
        409,
        {
            "error_code": "ELB.8905",
            "error_msg": "Quota exceeded for resources: ['loadbalancer'].",
            "request_id": "1",
        },
        CloudQuotaError,
        ("409 ELB.8905", "raise the quota"),
        "elb",
        "create_load_balancer",
        {"body": {}},
    ),
    Row(
        "an object called quota",
        409,
        {"error_code": "ELB.8907", "error_msg": "Load balancer team-quota is being changed."},
        CloudConflictError,
        ("something runs on it",),
        "elb",
        "create_load_balancer",
        {"body": {}},
    ),
    Row(
        "not found",
        404,
        {"errorCode": "CCE.01404001", "errorMessage": "Resource not found."},
        CloudObjectNotFoundError,
        ("look whether it was deleted",),
        "cce",
        "show_cluster",
        {"cluster_id": "1"},
    ),
    Row(
        "API that is not there",
        404,
        gateway("The API does not exist or has not been published in the environment", "APIGW.0101"),
        CloudError,
        ("check the endpoint of this service",),
    ),
    Row(
        "exists already",
        409,
        {"errors": [{"errorCode": "SVCSTG.SWR.4090000", "errorMessage": "Namespace already exists"}]},
        CloudConflictError,
        ("409 SVCSTG.SWR.4090000 Namespace", "use the one that is there"),
        "swr",
        "create_namespace",
        {"body": {"namespace": "shop"}},
    ),
    Row(
        "exists already, told as 400",
        400,
        {"code": "DNS.0312", "message": "This record set name already exists."},
        CloudConflictError,
        ("400 DNS.0312",),
        "dns",
        "create_record_set",
        {"zone_id": "1", "body": {}},
    ),
    Row(
        "changed meanwhile",
        409,
        {"errorCode": "CCE.01409002", "errorMessage": "Resource version is outdated."},
        CloudConflictError,
        ("something runs on it",),
        "cce",
        "update_cluster",
        {"cluster_id": "1", "body": {}},
    ),
    Row(
        "invalid request",
        400,
        {"errorCode": "CCE.01400001", "errorMessage": "Invalid request.", "message": "Need authorize CCE"},
        CloudError,
        ("400 CCE.01400001 Invalid request., Need authorize CCE", "correct the request"),
        "cce",
        "create_cluster",
        {"body": {}},
    ),
    Row(
        "error of the service",
        500,
        {"errorCode": "CCE.01500001", "errorMessage": "Internal error."},
        CloudUnavailableError,
        ("500 CCE.01500001", "the task retries"),
    ),
    Row(
        "page of a proxy before CCE",
        502,
        "<html><head><style>a {}</style></head><body><h1>502 Bad Gateway</h1></body></html>",
        CloudUnavailableError,
        ("the API answered 502 502 Bad Gateway (request request-1)",),
    ),
    Row(
        "page of a proxy before another service",
        503,
        "<html>Service Unavailable</html>",
        CloudUnavailableError,
        ("503 Service Unavailable",),
        "rds",
        "list_instances",
    ),
    Row(
        "gateway gave up waiting",
        504,
        gateway("Backend timeout.", "APIGW.0203"),
        CloudUnavailableError,
        ("504 APIGW.0203",),
    ),
    Row(
        "error without a body", 500, "", CloudUnavailableError, ("the API answered 500 (request request-1)",)
    ),
    Row("error that is a list", 400, "[1]", CloudError, ("the API answered 400 (request",)),
    Row(
        "page instead of an answer",
        200,
        "<html>Log in to the hotel</html>",
        CloudError,
        ("answered 200 with something that is not JSON", "check the endpoint, and proxies"),
    ),
    Row("redirect", 302, "", CloudError, ("answered 302",)),
]
