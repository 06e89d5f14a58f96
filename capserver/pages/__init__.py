"""The pages at `/` and `/inspector`, and the client library at `/sdk.js`.

They are built from clients/js into `static/`, from which the wheel carries them. Each is served so that a
browser runs nothing else on it.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from os import PathLike, stat, stat_result
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC: Final = Path(__file__).parent / "static"

# Written down, not asked of the system: where a registry calls .js text/plain, `nosniff` stops the page.
MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
SDK: Final = "/sdk.js"
"""The one path that pages of any origin may read."""

_ADDRESSES: Final = {"/": "index.html", "/inspector": "inspector.html", SDK: "sdk.js"}
_PUBLIC: Final = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


def routes(folder: Path = STATIC) -> list[BaseRoute]:
    """The pages, the library and `GET /static/…`, with an ETag, revalidated at each use.

    A page whose file is not in `folder` answers 503.
    """
    static = _Static(directory=folder, check_dir=False)
    named = [Route(path, _page(static, name)) for path, name in _ADDRESSES.items()]
    return [*named, Mount("/static", static, name="static")]


def security_headers(host: str) -> Mapping[str, str]:
    """What a page of ours is served with, under the `Host` that the browser asked for.

    Some browsers do not count a WebSocket of the same host as `'self'`, so it is named. A host that is none
    is left out.
    """
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    policy = (
        f"default-src 'self'; connect-src 'self'{sockets}; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
        "Cache-Control": "no-cache",
    }


class _Static(StaticFiles):
    """Starlette's static files, with our headers on what is found, and packed where that was built."""

    async def check_config(self) -> None:
        """A folder that was not built is told of where a page is asked for."""

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        request, path = Request(scope), Path(full_path)
        packed = path.with_name(path.name + ".gz")
        if is_packed := "gzip" in request.headers.get("accept-encoding", "") and packed.is_file():
            full_path, stat_result = packed, stat(packed)
        response = super().file_response(full_path, stat_result, scope, status_code)
        kind = MEDIA_TYPES.get(path.suffix)
        if kind is not None and "content-type" in response.headers:
            response.headers["content-type"] = f"{kind}; charset=utf-8"
        if is_packed:
            response.headers["content-encoding"] = "gzip"
        response.headers["vary"] = "Accept-Encoding"
        response.headers.update(security_headers(request.headers.get("host", "")))
        return response


def _page(static: _Static, name: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            response = await static.get_response(name, request.scope)
        except HTTPException:
            return PlainTextResponse("the pages are not built: run make pages\n", 503)
        if request.url.path == SDK:
            response.headers.update(_PUBLIC)
        return response

    return answer
