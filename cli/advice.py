"""What to do after a refusal: one line for each reason that a person at a terminal can act on."""

from collections import defaultdict
from collections.abc import Mapping

from services.chassis import errors

_STEPS: Mapping[str, str] = {
    "PAPERS_IN_REVIEW": "wait for its deadline (kapok papers review list), or ask the camera's operator",
    "PAPERS_MISSING": "register the papers (kapok papers register), then pass --legal-basis",
    "NOT_PERMITTED": "kapok explain PRINCIPAL ACTION CAMERA shows the rules that came nearest and what they lack",
    "HELD_BY_ANOTHER": "kapok takeover holder {camera} tells who controls it and until when",
    "CAMERA_NOT_ACCESSIBLE": "kapok cameras list shows the cameras that you may know of",
    "PRINCIPAL_REVOKED": "ask municipal public security for kapok reinstate",
    "PLACE_OF_PRIVACY": "no camera may be installed there; remove it",
    "SYSTEM_NOT_ACCEPTED": "its operator puts the acceptance on record, then kapok systems advance SYSTEM accepted",
    "SYSTEM_INCOMPLETE": "kapok systems update SYSTEM --from FILE puts it on record; kapok systems example shows how",
    "CHANGE_NEEDS_AUTHORISATION": "kapok changes request {camera} --reason … asks the public security of the district",
    "SOURCE_AWAY": "the operator looks after the camera; try again later",
    "SERVICE_AWAY": "start it with kapok up, or try again when it is up",
    "LIMIT_REACHED": "wait a moment, then try again",
    "ETAG_STALE": "read it again, then change it again",
    "EPOCH_STALE": "kapok takeover holder {camera} tells who controls it now",
    "CERTIFICATE_UNKNOWN": "use a certificate of this home: kapok --as PRINCIPAL",
}


def next_step(error: errors.Error) -> str:
    """The line for ``error``, its placeholders filled from its metadata; empty when its message says it all."""
    metadata = defaultdict(lambda: "CAMERA", {key: str(value) for key, value in error.metadata.items()})
    return _STEPS.get(error.reason, "").format_map(metadata)
