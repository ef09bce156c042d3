"""The page at `/watch`: plays a session in a browser. Its link's fragment names the relay and the token.

The gateway never sees either; the page is the same for everybody, and the video comes from the relay.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

_FILES = {
    "/watch": ("watch.html", "text/html"),
    "/watch.js": ("watch.js", "text/javascript"),
    "/watch.css": ("watch.css", "text/css"),
}
_HEADERS = {
    # Plain WebSocket leads to this machine only, as browsers have it too: a home's relay.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; media-src blob:; "
    "connect-src wss: ws://127.0.0.1:*; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def routes() -> list[web.RouteDef]:
    """The page and what it needs, read once."""
    return [web.get(path, _answering(name, kind)) for path, (name, kind) in _FILES.items()]


def _answering(name: str, kind: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    text = Path(__file__).parent.joinpath("watch", name).read_text(encoding="utf-8")

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=text, content_type=kind, headers=_HEADERS)

    return answer
