"""Composition of permissions: opens, wires, serves. The only file that knows every other."""

import json
import logging
import secrets
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from services.chassis import database, errors, figures, readiness, rpc_client, rpc_server
from services.chassis.bell import Bell
from services.chassis.bus import OnBus
from services.chassis.clock import Clock, SystemClock
from services.chassis.database import Stored
from services.chassis.outbox import Outbox
from services.chassis.put_back import PutBack
from services.chassis.sealed_tokens import Tokens
from services.chassis.served import Serving
from services.chassis.settings import MayBeMissing, naming
from services.chassis.signing import Signer
from services.chassis.tasks import background
from services.decider.decider import Decider
from services.permissions import metrics, policies, put_back
from services.permissions.camera_memory import CameraMemory
from services.permissions.events import FactJournal, SignedVoice, follow_cameras, follow_closures, last_kept
from services.permissions.joint.sealed import SALT_BYTES
from services.permissions.neighbours import RegistryCameras, RegistryCity, StreamsFences, StreamsSessions
from services.permissions.policy_health import PolicyHealth
from services.permissions.ports import Ports
from services.permissions.rounds import Once, Rounds, each_second, in_turn
from services.permissions.rpc import genesis, servicers
from services.permissions.rpc.health import Health
from services.permissions.rpc.policy_change import DOCUMENTS
from services.permissions.service import Organs, Outlook, Permissions, compose
from services.permissions.store.tables import metadata

NAME = "permissions"
MIGRATIONS = Path(__file__).parent / "migrations"
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Settings(Serving, OnBus, Stored):
    """KAPOK_* of permissions. The genesis is read once, by a database that has no policy yet."""

    registry_address: Annotated[str, "where registry answers"]
    streams_address: Annotated[str, "where streams answers"]
    signing_key: Annotated[Path, "Ed25519 seed in hex, by which it signs endings, heartbeats and policies"]
    genesis_file: Annotated[Path, MayBeMissing(), "the first policy, signed by the three organs; read once"]
    organ_keys: Annotated[Path, "JSON: the three organs' public Ed25519 keys by kind of agency"]


@asynccontextmanager
async def app(settings: Settings) -> AsyncIterator[None]:
    """Permissions, serving while inside."""
    clock = SystemClock()
    ring = settings.ring(NAME)
    with naming("KAPOK_SIGNING_KEY"):
        signer = Signer.from_file(settings.signing_key)
        tokens = Tokens(NAME, bytes.fromhex(settings.signing_key.read_text().strip()))
    memory = CameraMemory()
    async with (
        settings.open_database(MIGRATIONS) as records,
        settings.on_bus(NAME) as wire,
        rpc_client.neighbour("registry", settings.registry_address, ring, clock, settings.tls) as registry,
        rpc_client.neighbour("streams", settings.streams_address, ring, clock, settings.tls) as streams,
    ):
        await put_back.refuse_when_put_back(records, *await last_kept(wire))
        bell = Bell()
        box, voice = Outbox(records, metadata, bell.ring), SignedVoice(wire, signer)
        ports = Ports(
            database=records,
            decider=await _decider(settings, records, clock),
            cameras=RegistryCameras(registry, memory, partial(policies.levels_of, records)),
            journal=FactJournal(box),
            voice=voice,
            fences=StreamsFences(streams, signer),
            clock=clock,
            new_id=lambda: str(uuid.uuid4()),
        )
        outlook = Outlook(RegistryCity(registry), StreamsSessions(streams))
        organs = Organs(_organ_keys(settings), lambda: secrets.token_bytes(SALT_BYTES))
        permissions = compose(ports, DOCUMENTS, organs, outlook, bell)
        rounds, health = Rounds(records, voice, clock), Health()
        policy_health = PolicyHealth(ports, health.tell)
        await policy_health.look_once()
        await follow_cameras(wire, memory)
        work = (
            box.publish_forever(wire, NAME),
            readiness.follow_forever(records, health.checker),
            each_second(rounds.keep_once, sooner=voice.has_spoken),
            follow_closures(wire, permissions.closures.end),
            *_rounds_of(permissions, rounds.beat_once, policy_health.look_once),
            figures.read_forever(partial(metrics.read_takeovers, records)),
        )
        edge = rpc_server.Edge(ring, clock)
        async with (
            background(*work),
            rpc_server.serve(
                settings.door, [edge], servicers.services(permissions, signer, tokens), checker=health.checker
            ),
        ):
            yield


def _rounds_of(permissions: Permissions, *others: Once) -> Iterator[Coroutine[Any, Any, None]]:
    """What the use cases do each second, and ``others`` among it."""
    yield each_second(permissions.editions.keep_once, sooner=permissions.editions.has_new)
    yield from in_turn(
        *others,
        permissions.controls.expire_once,
        permissions.incidents.expire_once,
        permissions.reviews.lapse_once,
        permissions.inspections.expire_once,
        permissions.claims.lapse_once,
        permissions.concerns.find_once,
    )


async def restored(url: str, words: Sequence[str]) -> None:
    """`python -m services.permissions restored TIME`: its database was put back from a backup of then."""
    clock = SystemClock()
    backup = PutBack.said(words, clock.now())
    async with database.connect(url, MIGRATIONS) as records:
        found = await put_back.number_anew(records, FactJournal(Outbox(records, metadata)), backup, clock.now())
    log.info("endings go on from %d, policies from %d", found.number, found.revision)


def _organ_keys(settings: Settings) -> dict[str, bytes]:
    """The public keys pinned at installation, by kind of agency; raises OSError or SettingsError."""
    with naming("KAPOK_ORGAN_KEYS"):
        return {kind: bytes.fromhex(key) for kind, key in json.loads(settings.organ_keys.read_text()).items()}


async def _decider(settings: Settings, records: database.Database, clock: Clock) -> Decider:
    """A decider with the policy on record; without one, and without a sound genesis, it denies everything, loudly."""
    if not await policies.has_policy(records):
        try:
            document = settings.genesis_file.read_bytes()
            found = genesis.read(document, _organ_keys(settings))
            await policies.adopt_genesis(records, found, document, clock.now())
        except (errors.InvalidArgument, OSError, ValueError) as error:
            log.error("no policy: everything is denied until a signed genesis is loaded (Article 14 ¶2): %s", error)
    decider = Decider()
    policies.POLICY_ROWS.set(await policies.load(records, decider))
    return decider
