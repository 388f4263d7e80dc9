"""The server: each request passes the gateway and its faults, and is answered by its service."""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from lab.cloud import faults, refusals
from lab.cloud.administration import administration
from lab.cloud.calls import Answer, Call, Operation, Region
from lab.cloud.faults import Fault, Faults
from lab.cloud.gateway import Gateway
from lab.cloud.refusals import RefusalError
from lab.cloud.signatures import SentRequest

logger = logging.getLogger(__name__)
_CHANGES = threading.Lock()

_HTML = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"


def application(region: Region, operations: list[Operation]) -> Starlette:
    """Return the server's application."""
    waiting = Faults()
    gateway = Gateway(region.account, region.clock)
    routes = [Route(one.path, _endpoint(one, gateway, waiting), methods=[one.method]) for one in operations]
    routes += administration(waiting, region.clock, operations)
    app = Starlette(routes=routes, exception_handlers={HTTPException: _refuse_path})
    app.router.redirect_slashes = False
    return app


async def _refuse_path(request: Request, error: Exception) -> Response:
    return _respond_with_refusal(refusals.no_such_api(), _new_id())


def _endpoint(
    operation: Operation, gateway: Gateway, waiting: Faults
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        sent = _as_sent(request, await request.body())
        return await run_in_threadpool(_respond, operation, gateway, waiting, request, sent)

    return answer


def _as_sent(request: Request, body: bytes) -> SentRequest:
    headers: dict[str, str] = {}
    for raw_name, raw_value in request.headers.raw:
        name, value = _text(raw_name).lower(), _text(raw_value)
        # sent twice, it is not what was signed once
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    query = _text(request.scope["query_string"])
    return SentRequest(request.method, _text(request.scope["raw_path"]), query, headers, body)


def _text(raw: bytes) -> str:
    # what is no UTF-8 cannot have been signed by an SDK, and is refused with the signature
    return raw.decode("utf-8", "replace")


def _respond(
    operation: Operation, gateway: Gateway, waiting: Faults, request: Request, sent: SentRequest
) -> Response:
    request_id = _new_id()
    try:
        gateway.check(sent, request.path_params.get("project_id"))
        call = Call(
            parameters=dict(request.path_params),
            query=parse_qs(sent.query, keep_blank_values=True),
            body=_read_body(sent),
            token=sent.headers.get("x-client-token", ""),
            base=f"{request.url.scheme}://{sent.headers['host']}",
        )
        fault = waiting.take(operation.name)
        if fault is not None and fault.kind == faults.HTML:
            return HTMLResponse(_HTML, 502)
        answer = _run(operation, _suffer(call, fault))
    except RefusalError as refusal:
        return _respond_with_refusal(refusal, request_id)
    except Exception:
        logger.exception("%s failed", operation.name)
        return _respond_with_refusal(refusals.internal_error(), request_id)
    return _respond_with(answer, request_id)


def _run(operation: Operation, call: Call) -> Answer:
    if operation.method == "GET":
        return operation.run(call)
    # one at a time: what two make at once is made by one of them
    with _CHANGES:
        return operation.run(call)


def _read_body(sent: SentRequest) -> object:
    if not sent.body:
        return None
    try:
        return json.loads(sent.body)
    except ValueError:
        raise refusals.by_gateway(400, "APIGW.0201", "API request error.") from None


def _suffer(call: Call, fault: Fault | None) -> Call:
    """Return the call as it goes on under a fault.

    Raises:
        RefusalError: the fault is one.
    """
    if fault is None:
        return call
    if fault.kind == faults.THROTTLED:
        raise refusals.throttled(int(fault.seconds))
    if fault.kind == faults.BROKEN:
        raise refusals.internal_error()
    if fault.kind == faults.SLOW:
        time.sleep(fault.seconds)
        return call
    return replace(call, fate=fault.kind)


def _respond_with(answer: Answer, request_id: str) -> Response:
    headers = {"X-Request-Id": request_id, **answer.headers}
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    body = answer.body
    if isinstance(body, dict) and "request_id" in body:
        body = {**body, "request_id": request_id}
    content = json.dumps(body).encode()
    return Response(content, answer.status, headers, media_type="application/json")


def _respond_with_refusal(refusal: RefusalError, request_id: str) -> Response:
    return _respond_with(Answer(refusal.body, refusal.status, refusal.headers), request_id)


def _new_id() -> str:
    return uuid.uuid4().hex
