"""`kapok audit` against a ledger of several pages, honest and forged."""

import json
from pathlib import Path

from services.chassis.signing import Signer
from tests.integration.cli.desk import Ledger, home, kapok


async def test_an_honest_ledger_holds(tmp_path: Path) -> None:
    async with home(tmp_path, ledger=Ledger(250)) as place:
        code, out, _ = await kapok(place, "audit", "verify")
        assert code == 0
        assert "250 records" in out


async def test_a_forged_record_is_named(tmp_path: Path) -> None:
    ledger = Ledger(250)
    ledger.records[136].fact += b"\x12\x01x"
    async with home(tmp_path, ledger=ledger) as place:
        code, out, _ = await kapok(place, "audit", "verify", "--json")
        assert code == 1
        assert json.loads(out)["broken"] == 137


async def test_a_head_signed_by_another_key_is_refused(tmp_path: Path) -> None:
    ledger = Ledger(3)
    ledger.head.signature = Signer(bytes(32)).sign("kapok.ledger.head", b"anything")
    async with home(tmp_path, ledger=ledger) as place:
        code, out, _ = await kapok(place, "audit", "verify")
        assert code == 1
        assert "not signed by this cell's ledger" in out


async def test_tail_shows_the_newest_last(tmp_path: Path) -> None:
    async with home(tmp_path, ledger=Ledger(30)) as place:
        code, out, _ = await kapok(place, "audit", "tail", "-n", "3")
        assert code == 0
        assert [line.split()[0] for line in out.splitlines()[1:]] == ["28", "29", "30"]
        _, out, _ = await kapok(place, "audit", "tail", "-n", "1", "--json")
        assert json.loads(out)["records"][0]["fact"]["kind"] == "streams.session.opened"


async def test_a_platform_that_is_gone_exits_3(tmp_path: Path) -> None:
    async with home(tmp_path) as place:
        pass
    code, out, err = await kapok(place, "audit", "verify")
    assert (code, out) == (3, "")
    assert "kapok up" in err
    assert "Traceback" not in err
