"""The police's part: they look, they copy with papers, they lose their right in the middle of a look."""

import hashlib
import json
import time

from demo.chapters import allowed_by, first_camera, name_of, opened
from demo.papers import letter
from demo.platform import Platform, watching
from kapok.permissions.v1 import permissions_service_pb2
from kapok.registry.v1 import registry_service_pb2

WATCHED = first_camera("440104", level=1)


def lists_and_watches(stage: Platform) -> str:
    """Article 14: by level and permission, in one's own district."""
    request = registry_service_pb2.ListCamerasRequest(parent="districts/-", page_size=1000)
    cameras = stage.ask("police-yuexiu", request).cameras
    assert cameras, "police see no camera"
    assert {camera.name.split("/")[1] for camera in cameras} == {"440104"}, "police see beyond their district"
    assert max(camera.security_level for camera in cameras) <= 4, "police see a state secret"
    answer = opened(stage, "police-yuexiu", WATCHED)
    viewer = watching(answer.rtsp_url)
    assert viewer.await_pictures(25), f"{viewer.pictures} pictures only; {viewer.why}"
    return f"{len(cameras)} cameras; {viewer.pictures} live pictures of {WATCHED.code}, {allowed_by(answer)}"


def copies_with_papers(stage: Platform) -> str:
    """Articles 18 ¶1 and 19: letter of introduction, two officers; Article 16: the hash on record."""
    basis = letter("police-yuexiu", "越公函〔2026〕17号", [name_of(WATCHED)], "theft of a bicycle")
    request = permissions_service_pb2.RegisterLegalBasisRequest(legal_basis=basis)
    registered = stage.ask("police-yuexiu", request).name
    file = stage.home / "copy.mp4"
    made = stage.kapok(
        "--as", "police-yuexiu", "--json", "copy", WATCHED.code, "--seconds", "2",
        "--legal-basis", registered, "--output", str(file),
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    copy = json.loads(made.stdout)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == copy["sha256"], "the hash on record is not the file's"
    return f"{file.stat().st_size} bytes, SHA-256 {copy['sha256'][:16]}… recorded, on {registered}"


def revoked_while_watching(stage: Platform) -> str:
    """The right ends, and with it the picture: from the call to the last byte."""
    viewer = watching(opened(stage, "police-yuexiu", WATCHED).rtsp_url)
    assert viewer.await_pictures(25), f"{viewer.pictures} pictures only; {viewer.why}"
    called_at_s = time.monotonic()
    stage.ask(
        "police-guangzhou",
        permissions_service_pb2.RevokePrincipalRequest(name="principals/police-yuexiu", reason="the story says so"),
    )
    assert viewer.ended.wait(5), "the viewer still sees pictures"
    last_byte_ms, reset_ms = ((at_s - called_at_s) * 1000 for at_s in (viewer.last_byte_at_s, viewer.ended_at_s))
    return f"from the call to the last byte {last_byte_ms:.1f} ms, to the reset {reset_ms:.1f} ms"


def verifies_the_ledger(stage: Platform) -> str:
    """Every look, refusal and command of this story is in an unbroken chain."""
    verified = stage.kapok("--as", "police-guangzhou", "audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    return verified.stdout.strip()
