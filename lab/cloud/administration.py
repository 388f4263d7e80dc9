"""What the cloud does not have: faults on request and a clock to put forward, for callers on this machine only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lab.cloud.calls import Operation
from lab.cloud.faults import FAILS, NEVER_ARRIVES, Fault, Faults
from lab.cloud.progress import Clock

Endpoint = Callable[[Request], Awaitable[Response]]


def administration(faults: Faults, clock: Clock, operations: list[Operation]) -> list[Route]:
    """Return the routes."""
    known = {one.name: one for one in operations}

    async def add_fault(request: Request) -> Response:
        try:
            fault = Fault(**await request.json())
        except (TypeError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        if fault.operation not in known:
            return JSONResponse({"error": f"there is no operation {fault.operation}"}, 400)
        if fault.kind in {FAILS, NEVER_ARRIVES} and not known[fault.operation].takes_time:
            return JSONResponse({"error": f"{fault.operation} is done at once"}, 400)
        faults.add(fault)
        return JSONResponse(faults.as_documents())

    async def list_faults(request: Request) -> Response:
        return JSONResponse(faults.as_documents())

    async def forget_faults(request: Request) -> Response:
        faults.forget()
        return JSONResponse([])

    async def put_forward(request: Request) -> Response:
        clock.put_forward(float((await request.json())["seconds"]))
        return JSONResponse({"now": clock.now()})

    async def list_operations(request: Request) -> Response:
        return JSONResponse(list(known))

    return [
        Route("/_lab/faults", _for_this_machine(add_fault), methods=["POST"]),
        Route("/_lab/faults", _for_this_machine(list_faults), methods=["GET"]),
        Route("/_lab/faults", _for_this_machine(forget_faults), methods=["DELETE"]),
        Route("/_lab/clock", _for_this_machine(put_forward), methods=["POST"]),
        Route("/_lab/operations", _for_this_machine(list_operations), methods=["GET"]),
    ]


def _for_this_machine(endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        if not is_this_machine(request.scope["client"][0], request.scope["server"][0]):
            return JSONResponse({"error": "for callers on this machine only"}, 403)
        return await endpoint(request)

    return answer


def is_this_machine(client: str, server: str) -> bool:
    """Say whether a caller is on the machine of the server: to its own address, it comes from the same one."""
    return client == server or ip_address(client).is_loopback
