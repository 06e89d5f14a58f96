"""The page at `/`: static files, served so that a browser runs nothing else on it.

The page is plain ES modules without a build step; the wheel carries them as they are.
"""

import re
from collections.abc import Mapping
from os import PathLike, stat_result
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
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
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


def routes() -> list[BaseRoute]:
    """`GET /` and `GET /static/…`, with an ETag, revalidated at each use."""
    return [Route("/", _index, name="page"), Mount("/static", _Static(directory=STATIC), name="static")]


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
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cache-Control": "no-cache",
    }


class _Static(StaticFiles):
    """Starlette's static files, with our headers on what is found."""

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        kind = MEDIA_TYPES.get(Path(full_path).suffix)
        if kind is not None and "content-type" in response.headers:
            response.headers["content-type"] = f"{kind}; charset=utf-8"
        response.headers.update(security_headers(Request(scope).headers.get("host", "")))
        return response


_page: Final = _Static(directory=STATIC)


async def _index(request: Request) -> Response:
    return await _page.get_response("index.html", request.scope)
