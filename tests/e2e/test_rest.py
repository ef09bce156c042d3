"""The same API as REST/JSON over HTTPS with the same certificates, against the whole platform."""

import json
import ssl
import urllib.error
import urllib.request
from typing import Any

import pytest

from demo.chapters import first_camera, name_of
from demo.city import TUNNEL_PTZ
from demo.platform import Platform

CAMERA = first_camera("440104", level=1)


def ask(stage: Platform, principal: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Status and document of a call as ``principal``."""
    own = stage.endpoints["principals"][principal]
    context = ssl.create_default_context(cafile=stage.endpoints["ca"])
    context.load_cert_chain(own["certificate"], own["key"])
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{stage.endpoints['http']}{path}", data)
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, context=context, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


def test_cameras_are_listed_and_shown(stage: Platform) -> None:
    status, listed = ask(stage, "police-yuexiu", "/v1/districts/440104/cameras?pageSize=3")
    assert status == 200
    assert len(listed["cameras"]) == 3
    status, shown = ask(stage, "police-yuexiu", f"/v1/{name_of(CAMERA)}")
    assert (status, shown["code"], shown["displayNameEn"]) == (200, CAMERA.code, CAMERA.name_en)


def test_a_refusal_is_a_status_with_rule_and_article(stage: Platform) -> None:
    session = {"camera": name_of(TUNNEL_PTZ), "kind": "KIND_LIVE", "purpose": "PURPOSE_URBAN_MANAGEMENT"}
    status, refused = ask(stage, "urban-yuexiu", "/v1/sessions:open", {"session": session})
    assert status == 403
    text = json.dumps(refused, ensure_ascii=False)
    assert "default-deny" in text
    assert "Article 14" in text


@pytest.mark.parametrize(
    ("body", "word"), [({"sesion": {}}, "sesion"), ({"session": {"kind": "KIND_X"}}, "KIND_X"), ([], "")]
)
def test_json_that_does_not_fit_is_refused_naming_what(stage: Platform, body: Any, word: str) -> None:
    status, refused = ask(stage, "police-yuexiu", "/v1/sessions:open", body)
    assert status == 400
    assert word in json.dumps(refused)


def test_what_is_for_services_has_no_path(stage: Platform) -> None:
    status, _ = ask(stage, "police-guangzhou", "/kapok.permissions.v1.DeciderService/Decide", {})
    assert status in {403, 404}


def test_without_a_certificate_there_is_no_connection(stage: Platform) -> None:
    context = ssl.create_default_context(cafile=stage.endpoints["ca"])
    with pytest.raises((urllib.error.URLError, ssl.SSLError, ConnectionError)):
        urllib.request.urlopen(f"{stage.endpoints['http']}/v1/scope", context=context, timeout=10)
