"""Exit codes and messages of whole command lines that need no platform."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.__main__ import run
from cli.arguments import hoisted

_CODE = "44010400001320000017"


def _run(line: str) -> int:
    return run(hoisted(line.split()))


def _home(folder: Path, **changed: object) -> Path:
    told = {"grpc": "127.0.0.1:1", "http": "https://127.0.0.1:1",
            "ca": str(folder / "ca.pem"), "ledger_public_key": "00" * 32, "principals": {
        "police-yuexiu": {"certificate": str(folder / "x.pem"), "key": str(folder / "x.key"),
                          "agency": "agencies/police-yuexiu", "kind": "public-security"},
        "water-guangzhou": {"certificate": "", "key": "", "agency": "agencies/water", "kind": "sector-authority"},
    }}  # fmt: skip
    (folder / "endpoints.json").write_text(json.dumps({**told, **changed}))
    return folder


def test_help_lists_every_command() -> None:
    said = subprocess.run([sys.executable, "-m", "cli", "--help"], capture_output=True, text=True, check=True).stdout
    for command in ("up", "cameras", "check", "explain", "watch", "copy", "ptz", "sessions", "takeover", "incident",
                    "legal-basis", "revoke", "reinstate", "audit"):  # fmt: skip
        assert f" {command} " in said


@pytest.mark.parametrize(
    "line",
    [
        "cameras lis", "cameras show 123", f"check {_CODE} stare", f"ptz move {_CODE} --pan 2",
        f"ptz to {_CODE} --zoom -1", f"ptz preset goto {_CODE} a/b", "revoke police-yuexiu",
        f"copy {_CODE} --seconds 0", "audit tail -n 0", "takeover release agencies/x", "--nonsense",
        "cameras list --area 1,2", "cameras list --box 1,2", "cameras list --circle 1,2,-5", "cameras confirm",
        "cameras list --area 1,2 --circle 1,2,3", "cameras list --system x", "cameras count --text x",
        f"cameras confirm {_CODE} --system operators/x/systems/y", "cameras import /absent.csv",
        "cameras export x.txt", "cameras export x.ndjson --excel", f"watch {_CODE} --purpose curiosity",
    ],
)  # fmt: skip
def test_wrong_usage_exits_2_and_points_to_help(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(line) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "--help" in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("line", ["audit verify", "cameras list", f"watch {_CODE}", f"explain x live {_CODE}"])
def test_without_a_platform_it_says_how_to_start_one(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(f"{line} --as x --home {tmp_path}") == 3
    assert f"kapok up --home {tmp_path}" in capsys.readouterr().err


def test_who_calls_must_be_said_and_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = _home(tmp_path)
    assert _run(f"cameras list --home {home}") == 2
    assert "--as PRINCIPAL; this home has police-yuexiu, water-guangzhou" in capsys.readouterr().err
    assert _run(f"cameras list --as nobody --home {home}") == 2
    assert "police-yuexiu" in capsys.readouterr().err


def test_a_purpose_must_be_said_where_none_is_usual(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(f"watch {_CODE} --as water-guangzhou --home {_home(tmp_path)}") == 2
    assert "--purpose" in capsys.readouterr().err


@pytest.mark.parametrize("changed", [{"principals": 7}, {"ledger_public_key": "zz"}, {"ledger_public_key": 7}])
def test_a_damaged_endpoints_file_is_named(
    changed: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(f"cameras list --as police-yuexiu --home {_home(tmp_path, **changed)}") == 1
    assert "endpoints.json" in capsys.readouterr().err


def test_a_certificate_that_is_gone_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(f"cameras list --as police-yuexiu --home {_home(tmp_path)}") == 1
    assert "ca.pem" in capsys.readouterr().err


def test_with_json_wrong_usage_is_json_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("cameras show 123 --json") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert json.loads(told.err)["error"]["metadata"]["see"] == "kapok cameras show --help"


def test_a_copy_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.mp4").write_bytes(b"evidence")
    home = _home(tmp_path)
    assert _run(f"copy {_CODE} --seconds 1 --as police-yuexiu --home {home} -o {tmp_path}/a.mp4") == 2
    assert "exists" in capsys.readouterr().err
    assert (tmp_path / "a.mp4").read_bytes() == b"evidence"


def test_a_copy_that_failed_leaves_nothing(tmp_path: Path) -> None:
    home = _home(tmp_path)
    before = set(tmp_path.iterdir())
    assert _run(f"copy {_CODE} --seconds 1 --as police-yuexiu --home {home} -o {tmp_path}/a.mp4") == 1
    assert set(tmp_path.iterdir()) == before


def test_a_reader_that_leaves_is_no_error_to_tell() -> None:
    line = f"{sys.executable} -m cli --help | true"
    said = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
    assert "Traceback" not in said.stderr


def test_the_command_starts_without_what_only_services_need() -> None:
    """Whoever types it waits for its imports: those of a database and a policy would be three quarters of them."""
    heavy = "{'sqlalchemy', 'alembic', 'numpy', 'casbin', 'nats', 'aiohttp', 'services.permissions.service'}"
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, cli.__main__; print(sorted({heavy} & set(sys.modules)))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == "[]"
