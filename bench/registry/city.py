"""A city of any size as its operators would import it: batches of serialised requests, one operator each, by seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from bench.city_file import City, Row, sound
from kapok.registry.v1 import bulk_service_pb2, camera_pb2

BATCH = 1000
OF_OPERATOR = 5_000  # cameras that one operator has
_PREMISES, _MOUNTING, _CATEGORY = "PREMISES_", "MOUNTING_", "PLACE_CATEGORY_"


@dataclass(frozen=True)
class Shipment:
    """One request of ``operator`` (agencies/…): up to a thousand cameras of one system."""

    operator: str
    request: bytes


def operators(cameras: int) -> list[str]:
    """The agencies of a city with so many cameras."""
    return [f"agencies/op-{number}" for number in range(max(1, -(-cameras // OF_OPERATOR)))]


def system_of(operator: str) -> str:
    """The one system that an operator has here."""
    return f"operators/{operator.removeprefix('agencies/')}/systems/main"


def shipments(cameras: int, first: int = 0) -> Iterator[Shipment]:
    """Cameras ``first`` and on, in batches."""
    chance = Random(first)
    for start in range(first, first + cameras, BATCH):
        operator = f"agencies/op-{start // OF_OPERATOR}"
        city = City(cameras, 0, system_of(operator), operator.removeprefix("agencies/"), 1)
        batch = bulk_service_pb2.ImportCamerasRequest()
        for number in range(start, min(start + BATCH, first + cameras)):
            batch.cameras.append(message(sound(city, number, chance)))
        yield Shipment(operator, batch.SerializeToString())


def message(row: Row) -> camera_pb2.Camera:
    """A row of the file as the API has it."""
    camera = camera_pb2.Camera(
        code=row["code"], system=row["system"], display_name=row["display_name"],
        display_name_en=row["display_name_en"], place=row["place"], purpose=row["purpose"],
        place_category=f"{_CATEGORY}{_word(row['place_category'])}", premises=f"{_PREMISES}{_word(row['premises'])}",
        mounting=f"{_MOUNTING}{_word(row['mounting'])}", direction_degrees=float(row["direction_degrees"]),
        source={"stream_uri": row["stream_uri"], "username": row["username"], "password": row["password"]},
    )  # fmt: skip
    camera.position.latitude, camera.position.longitude = float(row["latitude"]), float(row["longitude"])
    return camera


def _word(text: str) -> str:
    return text.upper().replace("-", "_")
