"""What the cloud answers when it refuses, in its own codes and words, with the place where each was found.

Marked "not confirmed" is what no document and no user's report shows; the code around it is right as far as known.
"""

from __future__ import annotations

from typing import Any

_INCORRECT = "Incorrect IAM authentication information"


class RefusalError(Exception):
    """An answer that is an error: the HTTP status and the body."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = headers or {}


def by_gateway(status: int, code: str, message: str) -> RefusalError:
    """Return a refusal of the gateway, which all services stand behind; the request id is put in when it is sent.

    Codes and messages: the table of errors of API request signing (support.huaweicloud.com/devg-apisign).
    """
    return RefusalError(status, {"error_msg": message, "error_code": code, "request_id": ""})


def _incorrect(words: str) -> RefusalError:
    return by_gateway(401, "APIGW.0301", f"{_INCORRECT}: {words}")


def not_signed() -> RefusalError:
    """Return what a request without a signature gets (seen by users of ModelArts: `APIG.0301`, the same words)."""
    return _incorrect("x-auth-token not found")


def unknown_key(access_key: str) -> RefusalError:
    """Return what an unknown access key gets (devg-apisign, api-sign-0001)."""
    return _incorrect(f"Get secretKey failed,ak:{access_key},err:ak not exist")


def disabled_key(access_key: str) -> RefusalError:
    """Return what a disabled access key gets: the words after `err:` are not confirmed."""
    return _incorrect(f"Get secretKey failed,ak:{access_key},err:ak is inactive")


def wrong_signature() -> RefusalError:
    """Return what a wrong signature gets (huaweicloud/huaweicloud-sdk-python#13)."""
    return _incorrect("verify aksk signature fail")


def too_much_skew() -> RefusalError:
    """Return what a date of another time gets: the words are not confirmed."""
    return _incorrect("verify aksk signature fail, signature expired")


def locked_key() -> RefusalError:
    """Return what a key gets after more than five wrong signatures in a row, for five minutes (api-sign-0001)."""
    return _incorrect("AK access failed to reach the limit,forbidden.")


def wrong_project() -> RefusalError:
    """Return what a project gets that the key's owner has not; that it is this code is not confirmed."""
    return by_gateway(403, "APIGW.0310", "The project is unavailable.")


def no_such_api() -> RefusalError:
    """Return what a path or method gets that no service has."""
    return by_gateway(
        404, "APIGW.0101", "The API does not exist or has not been published in the environment."
    )


def throttled(seconds: int) -> RefusalError:
    """Return what too many requests get; that it comes with Retry-After is not confirmed."""
    refusal = by_gateway(429, "APIGW.0308", "The throttling threshold has been reached.")
    refusal.headers["Retry-After"] = str(seconds)
    return refusal


def internal_error() -> RefusalError:
    """Return what an error inside gets."""
    return by_gateway(500, "APIGW.0601", "Internal server error.")


def by_cce(status: int, code: str, message: str) -> RefusalError:
    """Return a refusal of CCE (Open Telekom Cloud, CCE API reference, cce_02_0250)."""
    return RefusalError(status, {"errorCode": code, "errorMessage": message})


def by_swr(status: int, code: str, message: str) -> RefusalError:
    """Return a refusal of SWR, a list as in its API reference (swr_02_0024); the SDKs read no code out of a list."""
    return RefusalError(status, [{"errorCode": f"SVCSTG.SWR.{code}", "errorMessage": message, "detail": ""}])


def by_dns(status: int, code: str, message: str) -> RefusalError:
    """Return a refusal of DNS (Open Telekom Cloud, DNS API reference, dns_api_80003)."""
    return RefusalError(status, {"code": f"DNS.{code}", "message": message})


def by_rds(status: int, code: str, message: str) -> RefusalError:
    """Return a refusal of RDS (Open Telekom Cloud, RDS API reference, en-us_topic_0032488241)."""
    return RefusalError(status, {"error_code": f"DBS.{code}", "error_msg": message})


def by_elb(status: int, code: str, message: str) -> RefusalError:
    """Return a refusal of ELB (Open Telekom Cloud, ELB API reference, ErrorCode)."""
    return RefusalError(status, {"error_code": f"ELB.{code}", "error_msg": message, "request_id": ""})


def by_drs(status: int, code: str, message: str) -> RefusalError:
    """Return a refusal of DRS (Open Telekom Cloud, DRS API reference, drs_05_0004)."""
    return RefusalError(status, {"error_code": f"DRS.{code}", "error_msg": message})


def by_oms(status: int, code: str, message: str, detail: str = "") -> RefusalError:
    """Return a refusal of OMS, whose detail names the parameter (seen by users of its Terraform provider: `OMS.0064`)."""
    return RefusalError(
        status, {"error_code": f"OMS.{code}", "error_msg": message, "error_detail": detail or message}
    )
