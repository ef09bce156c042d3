"""Decisions are counted by rule and outcome, but none about a state secret (Article 11)."""

from services.decider.decision import Decision
from services.permissions.metrics import DECISIONS, count
from tests.unit.decider.cast import PARK, SECRET

ALLOWED = Decision(True, "art14-live-figures", "Article 14 ¶1", "why", 1)
DENIED = Decision(False, "default-deny-figures", "Article 14 ¶1", "why", 1)


def test_a_decision_is_counted_by_rule_and_outcome_unless_it_is_about_a_state_secret() -> None:
    for decision in (ALLOWED, ALLOWED, DENIED):
        count(decision, PARK)
        count(decision, SECRET)
    told = {
        tuple(s.labels.values()): s.value for m in DECISIONS.collect() for s in m.samples if s.name.endswith("_total")
    }
    assert (told["art14-live-figures", "allow"], told["default-deny-figures", "deny"]) == (2, 1)
