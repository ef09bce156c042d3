"""Who calls, and the names that requests give; refusals that every servicer shares."""

from services.chassis import errors, identity
from services.registry.domain import Deed, code_of
from services.registry.system import is_system_name

_LONGEST_REASON = 500


def principal() -> str:
    """The agency's principal that the gateway speaks for."""
    found = identity.caller().principal
    if not found:
        raise errors.Unauthenticated("IDENTITY_MISSING", "no principal: agencies call this through the gateway")
    return found


def deed() -> Deed:
    """Its deed, in this call."""
    return Deed(principal(), identity.caller().request_id)


def refuse_all_but(*services: str) -> None:
    """An INTERNAL method is for services that speak for themselves."""
    caller = identity.caller()
    if caller.principal or caller.service not in services:
        message = f"this method is for {' and '.join(services)}, speaking for themselves"
        raise errors.Denied("METHOD_NOT_EXPOSED", message)


def camera(field: str, text: str) -> str:
    """``text`` when it could be a camera's name at all."""
    if not code_of(text):
        example = "districts/440104/cameras/44010400001320000017"
        raise errors.InvalidArgument(errors.Violation(field, f"must look like {example}"))
    return text


def system(field: str, text: str) -> str:
    """``text`` when it could be a camera system's name at all."""
    if not is_system_name(text):
        advice = "must look like operators/metro-guangzhou/systems/line-1"
        raise errors.InvalidArgument(errors.Violation(field, advice))
    return text


def reason(field: str, text: str) -> str:
    """``text`` when it says why, in one line that can be kept."""
    if not text.strip() or len(text) > _LONGEST_REASON or not text.replace("\u3000", " ").isprintable():
        advice = f"must say why, in one line of at most {_LONGEST_REASON} characters"
        raise errors.InvalidArgument(errors.Violation(field, advice))
    return text
