"""endpoints.json says where a running home is, and only while it runs."""

import json
from pathlib import Path

from services.cell import layout
from services.cell.endpoints import Access, Endpoints, published, ready_block

ENDPOINTS = Endpoints(
    grpc="127.0.0.1:7443",
    http="https://127.0.0.1:7080",
    rtsp="rtsp://127.0.0.1:8554",
    metrics="http://127.0.0.1:9464/metrics",
    ca="/h/certs/ca.pem",
    ledger_public_key="ab",
    principals={"police-yuexiu": Access("/c.pem", "/c.key", "agencies/police-yuexiu", "public-security")},
)


def test_a_program_finds_the_running_home_and_a_stopped_one_not(tmp_path: Path) -> None:
    home = layout.prepare(tmp_path / "home")
    with published(ENDPOINTS, home):
        found = json.loads(home.endpoints.read_text())
        assert found["principals"]["police-yuexiu"]["certificate"] == "/c.pem"
        assert found["grpc"] == "127.0.0.1:7443"
    assert not home.endpoints.exists()


def test_the_ready_block_names_every_address_and_three_commands_to_try() -> None:
    text = ready_block(ENDPOINTS, Path("my home"), "44010400001320000012")
    for part in (ENDPOINTS.grpc, ENDPOINTS.http, ENDPOINTS.rtsp, ENDPOINTS.metrics, "/h/certs"):
        assert part in text
    commands = [line for line in text.splitlines() if line.startswith("  kapok ")]
    assert len(commands) == 3
    assert all("--home 'my home' --as police-yuexiu" in command for command in commands)
