"""Who may ask for a takeover, and on what it stands (Article 18)."""

from datetime import datetime

from services.chassis.errors import Denied
from services.decider.facts import AgencyKind
from services.decider.holder import RANK
from services.permissions.fields import Fields
from services.permissions.takeover import LONGEST, Request


def check_kind(kind: AgencyKind) -> None:
    """Raise Denied for a kind of agency that Article 18 lets take over nothing."""
    if kind not in RANK:
        message = "only public security, national security (Article 18 ¶1) and emergency command (¶2) may take over"
        raise Denied("NOT_PERMITTED", message, article="Article 18")


def check(command: Request, now: datetime) -> None:
    """Who may ask, and on what it stands (Article 18).

    Raises Denied for a kind of agency that Article 18 does not name, InvalidArgument for wrong fields.
    """
    kind = command.principal.kind
    check_kind(kind)
    fields = Fields()
    fields.claim(command.cause is not None, "takeover.cause", "name why, of the causes that Article 18 has")
    fields.text("takeover.reason", command.reason, most=500)
    if command.exclusive:
        fields.text("takeover.exclusive_reason", command.exclusive.reason, most=500)
        if command.exclusive.duty_reason:
            fields.text("takeover.duty_reason", command.exclusive.duty_reason, most=500)
    fields.span("takeover.end_time", now, command.ends_at, most=LONGEST)
    path, ground = "takeover.legal_basis", "the registered papers: letter and two certificates (Article 19)"
    if kind is AgencyKind.EMERGENCY_COMMAND:
        path, ground = "takeover.incident", "the declared incident (Article 18 ¶2)"
    fields.claim(bool(command.ground), path, f"name {ground}")
    fields.claim(command.ends_at <= command.ground_ends_at, "takeover.end_time", f"must not outlast {ground}")
    fields.settle()
