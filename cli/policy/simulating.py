"""`kapok policy simulate`: what a proposal would do, before anybody signs it."""

from collections.abc import Iterator

from google.protobuf.json_format import MessageToDict

from cli.invocation import Context
from cli.policy.group import ProposalArgument, group
from kapok.permissions.v1 import policy_service_pb2

pb = policy_service_pb2


@group.command("simulate")
def simulate(context: Context, proposal: ProposalArgument) -> None:
    """Who would gain and lose what, on how many cameras, and which running sessions would end."""
    answer = context.obj.gateway.call(pb.SimulatePolicyProposalRequest(name=proposal))
    screen, is_counted = context.obj.screen, not answer.is_registry_away
    screen.table(
        MessageToDict(answer),
        ("", "agencies", "of them", "cameras", "so many", "action", "levels", "categories", "when", "by", "before"),
        (
            ("gain" if one.is_gained else "lose", f"{one.role} {one.defined_role}".rstrip(), one.agency_count,
             one.relation, one.camera_count if is_counted else "unknown", one.action, _listed(one.levels),
             _listed(one.place_categories) or "all", one.conditions or "always", one.after_rule, one.before_rule)
            for one in answer.effects
        ),
    )  # fmt: skip
    for sentence in sentences(answer):
        screen.line(sentence)
    if not screen.is_json and answer.running_sessions.ending_sessions:
        screen.table(
            {}, ("would end", "sessions", "action", "allowed by", "refused by"),
            ((one.principal, one.session_count, one.action, one.before_rule, one.after_rule)
             for one in answer.running_sessions.ending_sessions),
        )  # fmt: skip


def sentences(answer: pb.SimulatePolicyProposalResponse) -> Iterator[str]:
    """The answer for people: what was counted, and what could not be."""
    yield f"{len(answer.effects)} classes of requests, {answer.moved_camera_count} cameras by name"
    if answer.is_registry_away:
        yield "The registry is away: cameras were not counted. Ask again before you sign."
    if answer.is_streams_away:
        yield "Streams is away: running sessions were not looked at. Ask again before you sign."
    elif answer.is_registry_away:
        yield "Without the registry running sessions can't be judged."
    if answer.HasField("running_sessions"):
        found = answer.running_sessions
        yield f"Running sessions: {found.ending_session_count} would end, {found.lasting_session_count} live on."
        if found.is_cut_off:
            yield "There are more sessions than were looked at."


def _listed(numbers: object) -> str:
    return " ".join(map(str, numbers))  # type: ignore[call-overload] # a repeated field of numbers
