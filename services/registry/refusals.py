"""What a caller is told when the registry says no: one wording for each kind of refusal."""

from services.chassis import errors
from services.chassis.errors import Violation
from services.decider.facts import Action
from services.registry.domain import Camera, code_of


def not_the_operator(camera: Camera) -> errors.Denied:
    """For whoever names a system that is not its own. A code that is none is not repeated: it may be a megabyte."""
    message = "only the agency that runs a camera registers and changes it: name a system of your own (Article 7)"
    name = camera.name if code_of(camera.name) else ""
    return errors.Denied("NOT_PERMITTED", message, article="Article 7", camera=name, action=Action.CONFIGURE.value)


def code_not_assigned(camera: Camera) -> errors.Denied:
    """One answer for every camera that is not the caller's own, whatever its level, and it never says "taken".

    An operator sees no other operator's camera, so it can't tell a state secret from a bus stop by it (Article 11).
    Nor does it repeat the code: the refusal goes on record, and who reads the ledger and knows every camera up to
    level 4 would learn from it which code hides a fifth.
    """
    message = f"this code is not one for {camera.operator}: use one that was assigned to you"
    return errors.Denied("NOT_PERMITTED", message, action=Action.CONFIGURE.value)


def exists(camera: Camera) -> errors.AlreadyExists:
    """For a code that the caller itself has registered."""
    message = f"{camera.name} is registered: change it with UpdateCamera, its place with RequestCameraChange"
    return errors.AlreadyExists("RESOURCE_EXISTS", message, name=camera.name)


def duplicate(camera: Camera) -> errors.AlreadyExists:
    """For a code that stands twice among what was sent together."""
    message = f"{camera.code} stands twice among what is registered now: the first one counts"
    return errors.AlreadyExists("ROW_DUPLICATE", message, code=camera.code)


def no_system(system: str) -> errors.InvalidArgument:
    """For a system of the caller's that is not there."""
    advice = f"{system} is not registered: do so with CreateCameraSystem, or name one that is"
    return errors.InvalidArgument(Violation("camera.system", advice))


def levels_changed(camera: Camera) -> errors.Aborted:
    """For a camera whose level was given by a policy that has been replaced before it was written."""
    message = f"the levels changed while {camera.name} was being written (Article 14 ¶2): send it again"
    return errors.Aborted("LEVELS_CHANGED", message, camera=camera.name)


def policy_changed(revision: int) -> errors.Aborted:
    """For the next page of a list of what is allowed, when another policy allows it now."""
    message = f"policy {revision} is in force by now, another than this list began by: begin it anew (Article 14 ¶2)"
    return errors.Aborted("POLICY_CHANGED", message, revision=str(revision))


def levels_behind(revision: int) -> errors.Unavailable:
    """For a list of what is allowed while cameras are on record at the levels of an older policy."""
    message = f"records are being brought to the levels of policy {revision} (Article 14 ¶2): ask again in a second"
    return errors.Unavailable("SERVICE_AWAY", message, service="registry")


def retired(name: str) -> errors.FailedPrecondition:
    """For a change of a camera that is out of service for good."""
    return errors.FailedPrecondition("STATE_WRONG", f"{name} is retired: nothing of it changes", state="RETIRED")


def no_camera_to_know() -> errors.Denied:
    """For a watcher whose right to know any camera has ended."""
    message = "there is no camera that you may know of: ask your agency whether your rights were suspended"
    return errors.Denied("NOT_PERMITTED", message, article="Article 14 ¶1", action=Action.DESCRIBE.value)


def stale(name: str, etag: str) -> errors.Aborted:
    """For a change of what was changed in between."""
    return errors.Aborted("ETAG_STALE", f"{name} changed since you read it: read it again", etag=etag)


def no_resource(name: str) -> errors.NotFound:
    """For what is absent and for what the caller may not know of: the same bytes (Article 11)."""
    message = f"{name}: no such resource, or it is not for you to know (Article 11)"
    return errors.NotFound("RESOURCE_MISSING", message, name=name)
