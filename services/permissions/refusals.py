"""What a caller is told when the answer is no: one wording for each kind of refusal."""

from services.chassis import errors
from services.decider.conditions import CONDITIONS
from services.decider.decision import DEFAULT_DENY, DEFAULT_DENY_ARTICLE, Decision
from services.decider.facts import Action
from services.decider.holder import Holder

_REASONS = {"papers": "PAPERS_MISSING", "reviewed": "PAPERS_IN_REVIEW"}  # when nothing else is lacking
assert _REASONS.keys() <= CONDITIONS.keys()


def no_camera(name: str) -> errors.Denied:
    """For a camera that is absent and for one that is hidden: the same bytes (Article 11)."""
    message = f"{name}: no such camera, or its existence is not for you to know (Article 11)"
    return errors.Denied("CAMERA_NOT_ACCESSIBLE", message, camera=name)


def no_resource(name: str) -> errors.NotFound:
    """For an incident or a takeover that is absent, and for one about a camera that is hidden: the same bytes."""
    message = f"{name}: no such resource, or it is not for you to know (Article 11)"
    return errors.NotFound("RESOURCE_MISSING", message, name=name)


def own_papers(basis: str) -> errors.Denied:
    """For whoever would overrule what an operator says of papers that it registered itself."""
    message = f"{basis} is your own: another principal overrules what its operator says (Article 19)"
    return errors.Denied("NOT_PERMITTED", message, rule="art19-review-overrule", article="Article 19")


def not_the_operator(camera: str) -> errors.Denied:
    """For whoever waives papers at a camera of another."""
    message = f"only who runs {camera} waives papers there: name cameras of your own (Article 19)"
    return errors.Denied("NOT_PERMITTED", message, article="Article 19", camera=camera)


def no_snapshot(name: str) -> errors.NotFound:
    """For a snapshot that is over, one of another principal, and one that never was: the same bytes."""
    message = f"{name}: no such snapshot of yours, or its time is over: make a new one with CreateCameraSnapshot"
    return errors.NotFound("RESOURCE_MISSING", message, name=name)


def no_policy() -> errors.Denied:
    """For everything, until the three organs' genesis is loaded."""
    message = "everything is refused: load a policy signed by the three organs (Article 14 ¶2)"
    return errors.Denied("NOT_PERMITTED", message, rule=DEFAULT_DENY, article=DEFAULT_DENY_ARTICLE)


def no_principal(name: str) -> errors.Unauthenticated:
    """For a name that is no principal's, or a certificate that is not that principal's."""
    message = f"no principal is registered for this certificate, which names {name!r}"
    return errors.Unauthenticated("IDENTITY_MISSING", message)


def revoked(name: str) -> errors.Denied:
    """For a principal that lost its rights."""
    message = f"{name} was revoked: ask municipal public security for reinstatement (Article 14 ¶2)"
    return errors.Denied("PRINCIPAL_REVOKED", message, principal=name)


def suspended(agency: str) -> errors.Denied:
    """For a principal of an agency that was suspended."""
    message = f"{agency} was suspended: ask municipal public security for reinstatement (Article 14 ¶2)"
    return errors.Denied("PRINCIPAL_REVOKED", message, principal=agency)


def no_certificate(name: str) -> errors.Unauthenticated:
    """For a certificate of the principal that was revoked."""
    message = f"this certificate of {name} was revoked: its agency registers another one with RegisterCertificate"
    return errors.Unauthenticated("CERTIFICATE_UNKNOWN", message)


def no_person(name: str) -> errors.Unauthenticated:
    """For a name that is no person's of the agency, whosever it is."""
    message = f"sub: {name!r} is no person of the agency whose certificate this is"
    return errors.Unauthenticated("PERSON_TOKEN_INVALID", message, claim="sub")


def no_key(agency: str) -> errors.Unauthenticated:
    """For a key that is not the agency's, not for tokens, or revoked."""
    message = f"kid: no key that {agency} has on record for tokens now: kapok agencies keys list shows them"
    return errors.Unauthenticated("PERSON_TOKEN_INVALID", message, claim="kid")


def no_staff(name: str) -> errors.NotFound:
    """For a name that is no person's, told to who may train or enter."""
    message = (
        f"{name}: no such person: its agency enrols it with RegisterPrincipal; a system needs no training or shift"
    )
    return errors.NotFound("RESOURCE_MISSING", message, name=name)


def void(name: str) -> errors.Denied:
    """For a certificate or a key that was revoked since it was shown."""
    return errors.Denied("PRINCIPAL_REVOKED", f"{name} was revoked: call with another one", principal=name)


def held_by_another(camera: str, holding: Holder, decision: Decision | None = None) -> errors.Denied:
    """For whoever commands a camera that another has taken over or commands; ``decision`` is what the policy said."""
    held = holding.takeover or holding.lease
    assert held is not None, "by default nobody is kept off"
    until = held.ends_at.isoformat(timespec="seconds")
    article, sentence = "Article 18", "another agency has taken it over: wait for its end"
    if holding.lease:
        article, sentence = "Article 14 ¶1", "one agency commands a camera at a time: wait for its end, or take over"
    elif decision:
        article, sentence = decision.article, decision.sentence
    message = f"{camera} is controlled by {held.principal} of {held.agency} until {until}: {sentence} ({article})"
    about = {"holder": held.principal, "until": until, "camera": camera, "article": article}
    return errors.Denied("HELD_BY_ANOTHER", message, **about, rule=decision.rule if decision else "")


def denied(decision: Decision, camera: str, action: Action, holding: Holder | None = None) -> errors.Denied:
    """For a decision that says no; ``holding`` is who controls the camera when that is why."""
    if holding and holding.until and decision.held_by:
        return held_by_another(camera, holding, decision)
    metadata = {
        "rule": decision.rule,
        "article": decision.article,
        "nearest": decision.nearest_rule,
        "lacking": ",".join(decision.lacking),
        "camera": camera,
        "action": action.value,
    }
    return errors.Denied(_REASONS.get(",".join(decision.lacking), "NOT_PERMITTED"), decision.sentence, **metadata)
