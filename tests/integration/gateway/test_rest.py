"""The same API as JSON over HTTPS: annotations make the routes, errors are google.rpc.Status."""

import io
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from tests.eventually import eventually
from tests.integration.gateway.authority import Authority, Pair
from tests.integration.gateway.cell import POLICE, Cell

JSON = {"Content-Type": "application/json"}
CAMERA = "districts/440104/cameras/44010400001320000017"


@dataclass
class Web:
    """A client with a certificate."""

    session: aiohttp.ClientSession
    url: str

    async def ask(self, verb: str, path: str, **how: Any) -> tuple[int, Any]:
        """Status and JSON of the answer."""
        async with self.session.request(verb, self.url + path, **how) as answer:
            assert answer.headers["kapok-request-id"]
            return answer.status, await answer.json()


def session(cell: Cell, pair: Pair | None) -> aiohttp.ClientSession:
    context = ssl.create_default_context(cafile=str(cell.authority.file))
    if pair:
        context.load_cert_chain(pair.certificate, pair.private_key)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context))


@pytest.fixture
async def web(cell: Cell) -> AsyncIterator[Web]:
    """The police's browser, say."""
    async with cell.gateway() as bound, session(cell, cell.member(POLICE)) as opened:
        yield Web(opened, f"https://localhost:{bound.http_port}")


def reason(status: Any) -> str:
    [info] = [detail for detail in status["details"] if detail["@type"].endswith("ErrorInfo")]
    return str(info["reason"])


def violations(status: Any) -> dict[str, str]:
    [bad] = [detail for detail in status["details"] if detail["@type"].endswith("BadRequest")]
    return {each["field"]: each["description"] for each in bad["fieldViolations"]}


async def test_a_resource_is_read_by_its_name(cell: Cell, web: Web) -> None:
    assert await web.ask("GET", f"/v1/{CAMERA}") == (
        200,
        {"name": CAMERA, "displayName": "北京路", "securityLevel": 2},
    )


async def test_query_parameters_fill_the_rest_nested_and_repeated(cell: Cell, web: Web) -> None:
    corners = ((23, 113), (23, 114), (24, 114))
    query = "pageSize=7&filter.placeCategories=PLACE_CATEGORY_FINANCE&filter.placeCategories=3&" + "&".join(
        f"filter.area.polygon.corners.latitude={latitude}&filter.area.polygon.corners.longitude={longitude}"
        for latitude, longitude in corners
    )
    status, answer = await web.ask("GET", f"/v1/districts/-/cameras?{query}")
    assert (status, answer) == (200, {"nextPageToken": "next"})
    [request] = cell.cameras.requests
    assert (request.parent, request.page_size) == ("districts/-", 7)
    assert list(request.filter.place_categories) == [8, 3]
    found = request.filter.area.polygon.corners
    assert [(point.latitude, point.longitude) for point in found] == list(corners)


async def test_a_body_fills_the_field_that_the_annotation_names(cell: Cell, web: Web) -> None:
    body = {"code": "44010400001320000017", "displayName": "北京路", "position": {"latitude": 23.1, "longitude": 113.3}}
    status, answer = await web.ask("POST", "/v1/districts/440104/cameras", json=body)
    assert (status, answer) == (200, body)
    assert cell.cameras.requests[0].parent == "districts/440104"


async def test_an_update_takes_its_name_from_the_path_and_its_mask_from_the_query(cell: Cell, web: Web) -> None:
    status, _ = await web.ask("PATCH", f"/v1/{CAMERA}?updateMask=displayName,place", json={"displayName": "新"})
    assert status == 200
    [request] = cell.cameras.requests
    assert request.camera.name == CAMERA
    assert list(request.update_mask.paths) == ["display_name", "place"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/districts/440104/cameras", b'{"colour": 1}', "colour"),
        ("/v1/districts/440104/cameras", b'{"position": {"height": 1}}', "height"),
        ("/v1/districts/440104/cameras", b"{", "body"),
        ("/v1/districts/440104/cameras", b"\xff\xfe", "body"),
        ("/v1/districts/440104/cameras", b"[" * 100_000, "body"),
        ("/v1/districts/440104/cameras", b'{"position": {"latitude": "north"}}', "body"),
        ("/v1/districts/440104/cameras", b"[]", "body"),
        ("/v1/districts/440104/cameras", b'{"code": "' + b"1" * 2_000_000 + b'"}', "body"),
        ("/v1/districts/440104/cameras?nonsense=1", b"{}", "nonsense"),
        (f"/v1/{CAMERA}:check?action=ACTION_LIVE", b"{}", "action"),
    ],
    ids=["unknown", "inner", "cut", "binary", "deep", "type", "list", "two-megabytes", "query", "query-beside-body"],
)
async def test_what_does_not_fit_is_named(cell: Cell, web: Web, path: str, body: bytes, field: str) -> None:
    status, answer = await web.ask("POST", path, data=io.BytesIO(body), headers=JSON)
    assert (status, answer["code"]) == (400, 3)
    assert field in violations(answer)
    assert cell.cameras.requests == []


@pytest.mark.parametrize(
    ("query", "field"),
    [("pageSize=many", "query"), ("area=1,2", "area"), ("pageSize=1&pageSize=2", "pageSize"), ("x.y=1", "x.y")],
)
async def test_query_parameters_that_do_not_fit_are_named(web: Web, query: str, field: str) -> None:
    status, answer = await web.ask("GET", f"/v1/districts/-/cameras?{query}")
    assert status == 400
    assert field in violations(answer)


async def test_a_body_that_is_not_json_by_its_own_word_is_refused(web: Web) -> None:
    status, answer = await web.ask(
        "POST", "/v1/districts/440104/cameras", data=b"{}", headers={"Content-Type": "text/plain"}
    )
    assert (status, list(violations(answer))) == (400, ["content-type"])


async def test_what_is_not_there_is_404_and_a_wrong_verb_405(web: Web) -> None:
    status, answer = await web.ask("GET", "/v1/nothing")
    assert (status, reason(answer)) == (404, "RESOURCE_MISSING")
    async with web.session.delete(f"{web.url}/v1/{CAMERA}") as refused:
        assert (refused.status, refused.headers["Allow"]) == (405, "GET, PATCH")


async def test_an_encoded_slash_adds_no_segment(cell: Cell, web: Web) -> None:
    async with web.session.get(f"{web.url}/v1/districts%2F440104/cameras") as answer:
        assert answer.status == 404
    assert cell.cameras.requests == []


async def test_a_refusal_is_a_status_with_the_code_of_http_and_on_record(cell: Cell, web: Web) -> None:
    cell.directory.revoked.add(POLICE)
    status, answer = await web.ask("GET", f"/v1/{CAMERA}")
    assert (status, answer["code"], reason(answer)) == (403, 7, "PRINCIPAL_REVOKED")
    [record] = cell.refusals.seen
    assert record.refusal.method == "/kapok.registry.v1.RegistryService/GetCamera"


async def test_a_service_that_lacks_the_method_is_501(web: Web) -> None:
    status, answer = await web.ask("GET", "/v1/sessions")
    assert (status, answer["code"]) == (501, 12)


async def test_the_limits_hold_here_too(cell: Cell) -> None:
    async with (
        cell.gateway(calls_per_s=0.1, calls_burst=1) as bound,
        session(cell, cell.member(POLICE)) as opened,
    ):
        web = Web(opened, f"https://localhost:{bound.http_port}")
        await web.ask("GET", f"/v1/{CAMERA}")
        status, answer = await web.ask("GET", f"/v1/{CAMERA}")
    assert (status, reason(answer)) == (429, "LIMIT_REACHED")


async def test_a_stranger_does_not_get_past_the_handshake(cell: Cell) -> None:
    stranger = Authority(cell.folder, "elsewhere").client("police-yuexiu")
    async with cell.gateway() as bound:
        for pair in (None, stranger):
            async with session(cell, pair) as opened:
                with pytest.raises(aiohttp.ClientError):
                    await opened.get(f"https://localhost:{bound.http_port}/")


async def test_connections_beyond_the_limit_are_dropped(cell: Cell) -> None:
    pair = cell.member(POLICE)
    async with cell.gateway(connections=1) as bound, session(cell, pair) as first:
        url = f"https://localhost:{bound.http_port}/healthz"
        (await first.get(url)).release()
        async with session(cell, pair) as second:
            with pytest.raises(aiohttp.ClientError):
                await second.get(url)
        (await first.get(url)).release()


async def test_health_says_loudly_that_no_policy_decides(cell: Cell, web: Web) -> None:
    async def told(status: str) -> bool:
        async with web.session.get(f"{web.url}/healthz") as answer:
            assert answer.status == 200
            return await answer.json() == {"status": "SERVING", "policy": status}

    await eventually(lambda: told("UNKNOWN"))  # permissions has not said anything
    for is_in_force, status in ((False, "NOT_SERVING"), (True, "SERVING"), (False, "NOT_SERVING")):
        await cell.health.tell(is_in_force)
        await eventually(lambda status=status: told(status))  # type: ignore[misc] # of this round


async def test_the_page_health_and_metrics_answer(web: Web) -> None:
    async with web.session.get(f"{web.url}/") as page:
        text = await page.text()
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "Kapok" in text
    assert "<script" not in text
    assert "GET /v1/{name=districts/*/cameras/*}" in text
    async with web.session.get(f"{web.url}/healthz") as health:
        assert json.loads(await health.text())["status"] == "SERVING"
    await web.ask("GET", f"/v1/{CAMERA}")

    async def counted() -> bool:
        async with web.session.get(f"{web.url}/metrics") as metrics:
            return 'kapok_gateway_calls_total{code="OK"' in await metrics.text()

    await eventually(counted)


async def test_the_player_is_three_files_under_a_strict_policy(web: Web) -> None:
    for path, kind in (("/watch", "text/html"), ("/watch.js", "text/javascript"), ("/watch.css", "text/css")):
        async with web.session.get(f"{web.url}{path}") as answer:
            assert (answer.status, answer.content_type) == (200, kind)
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy
            assert "default-src 'none'; script-src 'self'" in policy
            assert "http" not in (await answer.text()).replace("http-equiv", ""), "nothing comes from elsewhere"
