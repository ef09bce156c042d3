"""Facts of the registry: `kapok.v1.facts.registry.camera.{created,updated}`, with the record but never its source."""

import uuid

from kapok.fact.v1 import fact_pb2
from kapok.registry.v1 import camera_pb2
from services.chassis.outbox import Message
from services.registry.domain import Camera, Deed


def camera_message(camera: Camera) -> camera_pb2.Camera:
    """The record as the API shows it. The source stays out: it is input only."""
    accepted, built = camera_pb2.Camera.STATE_IN_SERVICE, camera_pb2.Camera.STATE_BUILT
    message = camera_pb2.Camera(
        name=camera.name,
        code=camera.code,
        display_name=camera.display_name,
        display_name_en=camera.display_name_en,
        place_category=camera.category,  # type: ignore[arg-type] # the numbers are the enum's own
        premises=camera.premises,  # type: ignore[arg-type] # likewise
        place=camera.place,
        purpose=camera.purpose,
        operator=camera.operator,
        security_level=camera.level,
        state=accepted if camera.is_accepted else built,
        acceptance_certificate=camera.acceptance_certificate,
        is_pointable=camera.is_pointable,
        etag=camera.etag,
    )
    message.position.latitude, message.position.longitude = camera.latitude, camera.longitude
    message.create_time.FromDatetime(camera.created_at)
    message.update_time.FromDatetime(camera.updated_at)
    return message


def camera_fact(verb: str, camera: Camera, deed: Deed) -> Message:
    """`verb` is the past tense of what happened: "created", "updated"."""
    kind = f"registry.camera.{verb}"
    fact = fact_pb2.Fact(
        id=str(uuid.uuid4()),
        kind=kind,
        principal=deed.principal,
        camera=camera.name,
        rule=deed.rule,
        article=deed.article,
        request_id=deed.request_id,
        is_sealed=camera.is_sealed,
    )
    fact.occur_time.FromDatetime(camera.updated_at)
    fact.snapshot.Pack(camera_message(camera))
    return Message(fact.id, f"kapok.v1.facts.{kind}", fact.SerializeToString(), camera.updated_at)
