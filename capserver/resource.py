"""One address that is reached by HTTP: who asks, by which method, with what body; and what went wrong.

What is refused is told as problem details (RFC 9457), with `errors: [{path, code, message}]`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from capserver.auth import Gate
from capserver.errors import Fault, FrameError
from capserver.protocol.codes import ErrorCode
from capserver.protocol.decode import decode_json
from capserver.protocol.values import Value, faults_of, without_nulls

Handler = Callable[[Request], Awaitable[Response]]

Body = TypeVar("Body", bound=Value)

BODY_SECONDS: Final = 10.0
"""From the header to the end of the body."""

ON_SHUTDOWN: Final = "capserver.on_shutdown"
"""In the scope of a request that may wait for long: what ends its waiting, called when the server stops."""

_STATUS: Final[Mapping[str, tuple[int, str]]] = {
    ErrorCode.INVALID_FRAME: (422, "not as it should be"),
    ErrorCode.UNKNOWN_ID: (404, "not found"),
    ErrorCode.BUSY: (409, "busy"),
}
"""What a session may refuse somebody else for."""


class Problem(Exception):
    """A request that is answered by problem details; `faults` stand under `errors`, `more` beside them."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        faults: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = headers
        self.more = more

    @classmethod
    def of(cls, error: FrameError) -> "Problem":
        """What a session refused."""
        status, title = _STATUS[error.code]
        wait = error.retry_after
        headers = None if wait is None else {"Retry-After": str(max(1, round(wait)))}
        return cls(status, title, error.message, error.faults, headers)

    @property
    def response(self) -> JSONResponse:
        """The answer."""
        content: dict[str, Any] = {
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "errors": [fault._asdict() for fault in self.faults],
            **self.more,
        }
        return JSONResponse(content, self.status, self.headers, "application/problem+json")


class Resource:
    """One address, and what answers each method there; without any there is nothing."""

    def __init__(self, gate: Gate, handlers: Mapping[str, Handler]) -> None:
        self._gate = gate
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            response = await self._answer(Request(scope, receive))
        except Problem as problem:
            response = problem.response
        except FrameError as error:
            response = Problem.of(error).response
        except ClientDisconnect:
            return
        response.headers["Cache-Control"] = "no-store"
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        _check_token(request, self._gate)
        if not self._handlers:
            raise Problem(404, "not found", "there is nothing at this address")
        handler = self._handlers.get("GET" if request.method == "HEAD" else request.method)
        if handler is None:
            allowed = ", ".join(self._handlers)
            detail = f"{request.method} is not for this address; it takes {allowed}"
            raise Problem(405, "method not allowed", detail, headers={"Allow": allowed})
        return await handler(request)


def _check_token(request: Request, gate: Gate) -> None:
    """Ask for a bearer token (RFC 6750), where the server has tokens."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if gate.principal(token.strip() if scheme.lower() == "bearer" else None) is None:
        asked = "this token is not accepted" if scheme else "this server asks for a token"
        detail = f"{asked}: Authorization: Bearer TOKEN, with one of [auth] tokens"
        raise Problem(401, "not authorised", detail, headers={"WWW-Authenticate": "Bearer"})


async def read_body(request: Request, model: type[Body], limit: int) -> Body:
    """The body of a request: one JSON object, read as strictly as a frame. `limit`: bytes; 0: any number.

    Raises:
        Problem: 400, 408, 413, 415, 422.

    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(415, "unsupported media type", "the body is JSON: Content-Type: application/json")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            data = await _read(request, limit)
    except TimeoutError:
        detail = f"the body did not come within {BODY_SECONDS:g} s"
        raise Problem(408, "timeout", detail, headers={"Connection": "close"}) from None
    return _model(_object(data), model)


async def _read(request: Request, limit: int) -> bytes:
    size, data = 0, bytearray()
    declared = request.headers.get("content-length", "")
    if declared.isdecimal():
        _check_size(int(declared), limit)
    async for part in request.stream():
        size += len(part)
        _check_size(size, limit)
        data += part
    return bytes(data)


def _check_size(size: int, limit: int) -> None:
    if limit and size > limit:
        detail = f"a body has at most {limit} bytes (limits.frame_bytes)"
        raise Problem(413, "too large", detail, headers={"Connection": "close"})


def _object(data: bytes) -> dict[str, object]:
    try:
        value = decode_json(data.decode())
    except UnicodeDecodeError as error:
        fault = Fault("", "utf8", f"not UTF-8 at byte {error.start}")
        raise Problem(400, "not JSON", "the body is not UTF-8", [fault]) from None
    except FrameError as error:
        raise Problem(400, "not JSON", "the body is not JSON within the rules", error.faults) from None
    if not isinstance(value, dict):
        fault = Fault("", "object", "a body is one JSON object")
        raise Problem(422, "not as it should be", "the body is not an object", [fault])
    return without_nulls(value)


def _model(value: dict[str, object], model: type[Body]) -> Body:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        detail = "the body is not as it should be"
        raise Problem(422, "not as it should be", detail, faults_of(error)) from None
