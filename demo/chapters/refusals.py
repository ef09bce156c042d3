"""What is refused, by which rule and article."""

from google.type.latlng_pb2 import LatLng

from demo.chapters import name_of, opened, refused
from demo.chapters.police import WATCHED
from demo.city import CAMERAS, TUNNEL_PTZ
from demo.platform import Platform
from kapok.registry.v1 import camera_pb2, registry_service_pb2


def level_too_high(stage: Platform) -> str:
    """Article 14: urban management watches up to level 2."""
    with refused("NOT_PERMITTED", "Article 14") as words:
        opened(stage, "urban-yuexiu", TUNNEL_PTZ, purpose="PURPOSE_URBAN_MANAGEMENT")
    return words[0]


def copy_without_papers(stage: Platform) -> str:
    """Article 19: without letter and certificates the operator refuses."""
    with refused("PAPERS_MISSING", "Article 19") as words:
        opened(stage, "police-yuexiu", WATCHED, kind="KIND_COPY")
    return words[0]


def changing_room(stage: Platform) -> str:
    """Article 6 ¶2: never in a place of privacy, whoever asks."""
    like = next(camera for camera in CAMERAS if camera.operator == "parks-guangzhou")
    camera = camera_pb2.Camera(
        code=f"{like.district}0001132{999999:07d}", display_name="游泳馆更衣室", display_name_en="pool changing room",
        place_category="PLACE_CATEGORY_PUBLIC_GATHERING", premises="PREMISES_CHANGING_ROOM", place="changing room",
        position=LatLng(latitude=like.latitude, longitude=like.longitude), purpose="lost property",
        system="operators/parks-guangzhou/systems/main", source=camera_pb2.Source(stream_uri="rtsp://127.0.0.1:9/x"),
    )  # fmt: skip
    parent = name_of(like).partition("/cameras/")[0]
    with refused("PLACE_OF_PRIVACY", "Article 6") as words:
        stage.ask("parks-guangzhou", registry_service_pb2.CreateCameraRequest(parent=parent, camera=camera))
    return words[0]
