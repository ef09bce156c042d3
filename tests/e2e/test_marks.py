"""The organs ask for marks: a copy that was passed on leads back to its session, and by the ledger to who made it."""

import json

import pytest

from demo.chapters import police
from demo.platform import Platform
from tests.e2e.ledger import newest
from tests.e2e.test_policy import approved, policy
from tests.eventually import wait

LEADS = "police-guangzhou"


@pytest.mark.timeout(240)  # apart, the platform of its own takes long to start beside the folder's
def test_a_copy_leads_back_to_its_session_once_the_organs_ask_for_marks(own_stage: Platform) -> None:
    stage = own_stage
    copy = stage.home / "copy.mp4"
    police.copies_with_papers(stage)
    assert stage.kapok("mark", "read", str(copy)).returncode == 1, "nobody asked for marks yet"
    copy.unlink()
    made = policy(stage, LEADS, "propose", "--mark", "copy", "--reason", "a copy was passed on", "--json")
    proposal = json.loads(made)["name"]
    assert "pictures of copy: marked" in policy(stage, "security-guangzhou", "show", proposal)
    assert "adopted" in approved(stage, proposal)
    assert "+mark of copy" in policy(stage, LEADS, "diff", "1", "2").splitlines()
    police.copies_with_papers(stage)
    read = stage.kapok("--json", "mark", "read", str(copy))
    assert read.returncode == 0, read.stderr
    [found] = json.loads(read.stdout)["marks"]
    assert found["signature"] == "by streams", "the home has streams' public key"

    def its_opening() -> list[str]:
        opened = [fact for fact in newest(stage) if fact.kind == "streams.session.opened"]
        return [fact.principal for fact in opened if fact.session == found["session"]]

    assert wait(its_opening) == ["principals/police-yuexiu"]
