"""Those who end rights: principals are revoked and come back, an incident opens a tunnel and ends with who looks in."""

import threading
import time
from datetime import timedelta
from random import Random

from google.type.latlng_pb2 import LatLng

from chaos.rights import Look
from chaos.scene import COMMAND, ORGAN, Scene
from chaos.watching import WAYS, Habits, watched
from demo.chapters import ahead
from demo.city import TUNNEL_AREA, TUNNEL_PTZ
from kapok.permissions.v1 import incident_pb2
from kapok.permissions.v1 import permissions_service_pb2 as permissions
from services.chassis import errors

_LOOKS_ON_S = 60.0  # longer than any incident here: its end ends the look


def revoke(scene: Scene, chance: Random) -> None:
    """Now and then somebody loses every right, and has it back a moment later."""
    while not scene.over.wait(chance.uniform(2.0, 6.0)):
        revoke_one(scene, chance)


def revoke_one(scene: Scene, chance: Random) -> None:
    """Once."""
    principal = chance.choice(scene.principals)
    name = f"principals/{principal}"
    try:
        scene.stage.ask(ORGAN, permissions.RevokePrincipalRequest(name=name, reason="soak"))
    except errors.Error as refusal:
        scene.refused(refusal)
        return
    scene.rights.end(principal, time.monotonic())
    scene.rights.count("endings")
    scene.over.wait(chance.uniform(0.1, 1.5))
    _surely(scene, permissions.ReinstatePrincipalRequest(name=name, reason="soak"))


def declare(scene: Scene, chance: Random) -> None:
    """Incident after incident; emergency command looks for as long as each lasts."""
    while not scene.over.wait(chance.uniform(1.0, 3.0)):
        incident = incident_pb2.Incident(
            display_name="浸泡", kind="INCIDENT_KIND_ACCIDENT", order_number="soak",
            area=[LatLng(latitude=latitude, longitude=longitude) for latitude, longitude in TUNNEL_AREA],
            end_time=ahead(timedelta(hours=1)), agencies=[f"agencies/{COMMAND}"], letter_number="soak",
            officer_certificates=["1", "2"],
        )  # fmt: skip
        try:
            name = scene.stage.ask(ORGAN, permissions.DeclareIncidentRequest(incident=incident)).name
        except errors.Error as refusal:
            scene.refused(refusal)
            continue
        scene.rights.count("incidents")
        _look_until_it_ends(scene, chance, name)


def _look_until_it_ends(scene: Scene, chance: Random, incident: str) -> None:
    looks: list[threading.Thread] = []
    try:
        answer = scene.open(COMMAND, TUNNEL_PTZ, purpose="PURPOSE_EMERGENCY_RESPONSE", viewer_limit=3)
        subjects = frozenset({incident, answer.session.name})
        for _ in range(chance.randint(1, 3)):
            look = Look(chance.choice(list(WAYS)), answer.session.name, subjects, time.monotonic())
            habits = Habits(_LOOKS_ON_S, is_polite=False)
            looks.append(threading.Thread(target=watched, args=(scene, answer, look, habits), daemon=True))
            looks[-1].start()
        scene.over.wait(chance.uniform(1.0, 5.0))
    except errors.Error as refusal:
        scene.refused(refusal)
    _surely(scene, permissions.EndIncidentRequest(name=incident))
    scene.rights.end(incident, time.monotonic())
    scene.rights.count("endings")
    for one in looks:
        one.join()


def _surely(scene: Scene, request: permissions.ReinstatePrincipalRequest | permissions.EndIncidentRequest) -> None:
    """Until it is done: permissions waits for its database alone, but a fault may be in the way."""
    for _ in range(10):
        try:
            scene.stage.ask(ORGAN, request)
        except errors.Error as refusal:
            scene.refused(refusal)
            time.sleep(0.5)
        else:
            return
    raise AssertionError(f"{type(request).__name__} is refused for good")
