"""The page at `/`: what answers here, and how to call it. Plain HTML, everything escaped, no script."""

from collections.abc import Iterable
from html import escape

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Kapok</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 3rem auto; padding: 0 1rem; color: #222 }}
h1 {{ color: #b3322b }}
td {{ padding: .15rem 1rem .15rem 0; vertical-align: top }}
code {{ font-size: .9rem }}
</style>
<h1>Kapok</h1>
<p>This is the gateway of a cell of Kapok: it connects a city's public-security cameras to the agencies that may use
them, by level, by permission and with their papers. Who calls is told by the client certificate; every refusal names
its rule and its article, and goes on record.</p>
<p>The same API answers gRPC on its own port, with reflection. As JSON it is:</p>
<table>
{rows}
</table>
</html>
"""


def render(methods: Iterable[tuple[str, str, str]]) -> str:
    """The page, given (HTTP verb, path, method) of each binding."""
    rows = (
        f"<tr><td><code>{escape(verb)} {escape(path)}</code><td>{escape(method.rpartition('/')[2])}"
        for verb, path, method in methods
    )
    return _PAGE.format(rows="\n".join(rows))
