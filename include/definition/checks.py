"""Describe the functional checks: what the application has to answer in the target, compared with the source where that is harmless."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from include.definition.parts import Part, ServiceName, Text, UrlPath

# Requests that change nothing: the source is asked them, too, and both sides as often as latencies need.
HARMLESS_METHODS = frozenset({"GET", "HEAD"})


def _json_path(text: str) -> str:
    from jsonpath_ng import parse
    from jsonpath_ng.exceptions import JSONPathError

    try:
        parse(text)
    except JSONPathError as error:
        raise ValueError(f"{text!r} is no JSON path ({error}); write e.g. $.items[0].name") from None
    return text


JsonPath = Annotated[str, AfterValidator(_json_path)]


class JsonValue(Part):
    """Expect a value in the JSON of an answer; set exactly one of equals and same_as_source."""

    path: JsonPath = Field(description="JSON path, e.g. `$.items[0].name`; several matches make a list")
    equals: str | bool | int | float | None = Field(default=None, description="the value")
    same_as_source: bool = Field(default=False, description="expect what the source answers there")


class HttpCheck(Part):
    """Expect an answer over HTTP from the front door's Service; the source is asked, too, when the method is GET or HEAD."""

    path: UrlPath = Field(description="path to request")
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = Field(
        default="GET",
        description="method of the request; others than GET and HEAD are sent to the target alone, once",
    )
    headers: dict[str, str] = Field(default_factory=dict, description="headers of the request; no secrets")
    body: str | None = Field(default=None, description="body of the request")
    status: int = Field(default=200, ge=100, le=599, description="expected HTTP status")
    contains: Text | None = Field(default=None, description="text the body must contain")
    values: list[JsonValue] = Field(
        default_factory=list, alias="json", description="values the body, which is JSON, must have"
    )
    timeout_seconds: float = Field(
        default=10, gt=0, le=300, description="seconds after which no answer is an answer"
    )
    verify_certificate: bool = Field(default=True, description="whether the certificate of HTTPS is checked")

    @property
    def is_harmless(self) -> bool:
        """Say whether the request changes nothing."""
        return self.method in HARMLESS_METHODS


class SqlCheck(Part):
    """Expect one value from a migrated database; set exactly one of expect and same_as_source."""

    database: Text = Field(description="name of an entry in `databases`")
    query: Text = Field(description="query that returns one row of one column; it must not write")
    expect: str | None = Field(default=None, description='the value as text, e.g. "true"')
    same_as_source: bool = Field(
        default=False, description="expect what the source answers; it may have gone on since the copy"
    )
    timeout_seconds: float = Field(
        default=10, gt=0, le=300, description="seconds after which the query is cancelled"
    )


class TcpCheck(Part):
    """Expect that a port takes connections; set exactly one of service and host. The source is asked, too, for a Service."""

    service: ServiceName | None = Field(
        default=None, description="LoadBalancer Service as namespace/name, reached at its load balancer"
    )
    host: Text | None = Field(default=None, description="host that is reached from where Airflow's tasks run")
    port: int = Field(ge=1, le=65535, description="port")
    greets: Text | None = Field(
        default=None, description='text that the server sends first must contain it, e.g. "220"'
    )
    timeout_seconds: float = Field(default=10, gt=0, le=300, description="seconds to wait for it")

    @property
    def address(self) -> str:
        """Return what is connected to, for people."""
        return f"{self.service or self.host}:{self.port}"


class JobCheck(Part):
    """Expect that a Job ends well in the target, before the approval; set exactly one of cron_job and manifest."""

    cron_job: ServiceName | None = Field(
        default=None, description="migrated CronJob as namespace/name, whose Job is run once"
    )
    manifest: dict[str, Any] | None = Field(
        default=None,
        description="manifest of a Job, adapted as an object of the source; its namespace is migrated",
    )
    exit_code: int = Field(default=0, ge=0, le=255, description="expected exit code of its first container")
    timeout_seconds: float = Field(default=300, gt=0, le=3600, description="seconds until it must have ended")

    @property
    def name(self) -> str:
        """Return namespace/name of what is run."""
        metadata = (self.manifest or {}).get("metadata") or {}
        return self.cron_job or f"{metadata.get('namespace')}/{metadata.get('name')}"


class Latency(Part):
    """Say how latencies are compared: the same requests to source and target by turns, before the approval alone."""

    requests: int = Field(default=20, ge=1, le=1000, description="requests to each side")
    slowest_ratio: float = Field(
        default=2,
        gt=0,
        description="largest p95 of the target divided by that of the source; 20 ms more are never slow",
    )
    otherwise: Literal["warning", "failure"] = Field(
        default="warning",
        description="what a slower target is: a warning in approval and report, or a failed check",
    )


class Check(Part):
    """Check one function of the application in the target; set exactly one of http, sql, tcp and job."""

    name: Text = Field(description="what is checked, shown in the report")
    http: HttpCheck | None = Field(default=None, description="a request and its expected answer")
    sql: SqlCheck | None = Field(default=None, description="a query and its expected value")
    tcp: TcpCheck | None = Field(default=None, description="a port that takes connections")
    job: JobCheck | None = Field(default=None, description="a Job that ends well")
    latency: Latency = Field(
        default_factory=Latency, description="how latencies of http, sql and tcp are compared"
    )

    @property
    def method(self) -> str:
        """Return what is done, e.g. `GET /`, `SQL on shop-orders`."""
        if self.http is not None:
            return f"{self.http.method} {self.http.path}"
        if self.sql is not None:
            return f"SQL on {self.sql.database}"
        if self.tcp is not None:
            return f"TCP {self.tcp.address}"
        return f"Job {self.job.name}" if self.job is not None else "nothing"
