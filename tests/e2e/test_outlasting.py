"""Everything but the relay falls silent: who took a camera over in an emergency sees on, by the organs' lease."""

import json

import pytest

from demo.chapters import fire, first_camera, opened
from demo.city import TUNNEL_PTZ
from demo.platform import Platform, watching
from tests.e2e.ledger import newest
from tests.e2e.silence import silent
from tests.e2e.test_endings import LEASE_S
from tests.e2e.test_policy import approved, policy
from tests.eventually import wait

LEADS = "police-guangzhou"


@pytest.mark.timeout(240)  # apart, the platform of its own takes long to start beside the folder's
def test_a_takeovers_holder_outlasts_the_silence_that_ends_the_others_and_the_ledger_says_how_long(
    own_stage: Platform,
) -> None:
    stage = own_stage
    fire.takes_over_and_sees(stage)
    by_command = opened(stage, fire.COMMAND, TUNNEL_PTZ, purpose="PURPOSE_EMERGENCY_RESPONSE")
    holder = watching(by_command.rtsp_url)
    made = policy(stage, LEADS, "propose", "--lease", "takeover-holder=60", "--reason", "cables burn", "--json")
    assert "adopted" in approved(stage, json.loads(made)["name"])
    ordinary = watching(opened(stage, "police-yuexiu", first_camera("440104", level=1)).rtsp_url)
    for viewer in (holder, ordinary):
        assert viewer.await_pictures(25), viewer.why
    with silent(stage):
        assert ordinary.ended.wait(LEASE_S + 5), "pictures still come though nobody justifies them"
        assert holder.await_pictures(holder.pictures + 50), holder.why
    wait(lambda: "relay.session.outlasted" in {fact.kind for fact in newest(stage)})
    assert holder.await_pictures(holder.pictures + 50), holder.why
    assert stage.kapok("--as", LEADS, "audit", "verify").returncode == 0
