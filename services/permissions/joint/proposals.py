"""Use cases of joint setting (Article 14 ¶2). Each is durable before it is answered, and a fact of the ledger."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.errors import Exhausted, FailedPrecondition, InvalidArgument, Violation
from services.chassis.signing import Verifier
from services.decider.facts import Principal
from services.decider.leases import Leases
from services.decider.marks import changed
from services.decider.policy import Policy, parse
from services.permissions import policies, refusals
from services.permissions.agencies.domain import ARTICLE
from services.permissions.editions import Editions
from services.permissions.ending import Cause, Ending
from services.permissions.joint import proposal as states
from services.permissions.joint.change import PolicyChange, refuse_unless_open, refuse_unless_sound
from services.permissions.joint.proposal import LONGEST_WINDOW, PURPOSE, USUAL_WINDOW, Proposal, State
from services.permissions.joint.sealed import Digest
from services.permissions.joint.version import Version, name_of
from services.permissions.joint.versions import reading
from services.permissions.ports import Change, Ports
from services.permissions.question import in_good_standing
from services.permissions.store import claims, endings, sealed_lists, takeovers
from services.permissions.store import policies as versions
from services.permissions.store import proposals as store
from services.permissions.takeover import of_secret
from services.permissions.takeovers.control import Act, end

MOST_OPEN = 100
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is proposed. "" leaves the rows, the roles; ``sealed_levels`` names a list; ``window`` 0: a week."""

    reason: str
    policy_csv: str = ""
    roles_csv: str = ""
    category_levels: Mapping[int, int] = field(default_factory=dict)
    camera_levels: Mapping[str, int] = field(default_factory=dict)
    sealed_levels: str = ""
    window: timedelta = timedelta()
    lease_seconds: Mapping[str, int] = field(default_factory=dict)
    marks: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The policy in force beside a change of it. ``moved`` of the cameras that it names would change level."""

    before: Policy
    revision: int
    change: PolicyChange
    moved: int


@dataclass(frozen=True)
class Documents:
    """The change and its signatures as bytes (protobuf): what is signed, and what is kept with a version."""

    serialised: Callable[[PolicyChange], bytes]
    parsed: Callable[[bytes], PolicyChange]
    signed: Callable[[bytes, Proposal], bytes]
    of_version: Callable[[bytes], PolicyChange]


class Proposals:
    """``organ_keys``: the Ed25519 public key pinned at installation for each organ, by kind of agency."""

    def __init__(self, ports: Ports, editions: Editions, documents: Documents, organ_keys: Mapping[str, bytes]) -> None:
        self._ports = ports
        self._editions = editions
        self._documents = documents
        self._keys = organ_keys

    async def propose(self, principal: str, draft: Draft, *, validate_only: bool = False) -> tuple[Proposal, bytes]:
        """Put a change before the organs. Raises Denied to others than municipal public security, InvalidArgument."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            states.refuse_unless_leading(await in_good_standing(transaction, ports, principal))
            change = await self._change(transaction, draft, now)
            content = self._documents.serialised(change)
            digest = hashlib.sha256(content).digest()
            made = Proposal(change.proposal, digest, change.base_revision, principal, now, change.sign_by)
            if validate_only:
                return made, content
            await endings.lock(transaction)
            await self._settle(transaction, now)
            if await store.count_open(transaction) >= MOST_OPEN:
                message = f"{MOST_OPEN} proposals are open: withdraw one first"
                raise Exhausted("LIMIT_REACHED", message, retry_after=_HOUR, limit="proposals")
            await store.insert(transaction, made, content)
            await self._tell(transaction, "proposed", principal, made, now)
        ports.journal.wake()
        return made, content

    async def get(self, principal: str, name: str) -> tuple[Proposal, bytes]:
        """One proposal and its change, for the organs."""
        async with reading(self._ports, principal) as transaction:
            found, content = await self._find(transaction, name)
            return states.settled(found, await versions.revision(transaction), self._ports.clock.now()), content

    async def newest(self, principal: str, before: int, most: int) -> Sequence[tuple[int, Proposal]]:
        """The newest below number ``before``, with their numbers, for the organs."""
        async with reading(self._ports, principal) as transaction:
            newest, now = await versions.revision(transaction), self._ports.clock.now()
            found = await store.page(transaction, before, most)
            return [(number, states.settled(one, newest, now)) for number, one in found]

    async def sign(self, principal: str, name: str, signature: bytes) -> tuple[Proposal, bytes]:
        """An organ's yes. The third puts the change in force, here before the answer and everywhere at its revision."""
        ports = self._ports
        ended: list[Ending] = []
        async with ports.database.write() as transaction:
            if await self._may_seal(transaction, name):
                await takeovers.lock(transaction)  # first, as whatever changes control does: it ends takeovers
            now = ports.clock.now()
            caller = await in_good_standing(transaction, ports, principal)
            found, content = await self._standing(transaction, name, now)
            key = self._keys.get(caller.kind, b"")
            is_genuine = bool(key) and Verifier(key).is_signed(PURPOSE, found.digest, signature)
            signed = states.sign(found, caller, signature, now, is_genuine=is_genuine)
            await store.add_signature(transaction, signed)
            await self._tell(transaction, "signed", principal, signed, now)
            if states.is_signed(signed):
                signed, ended = await self._adopt(transaction, signed, content, Act(principal, now))
                await self._tell(transaction, "adopted", principal, signed, now)
        ports.journal.wake()
        if ended:
            await policies.load(ports.database, ports.decider, ports.cameras.forget_all)
            await self._editions.proclaim(signed.adopted_revision)  # first: relays decide anew by it
            await ports.voice.tell(*ended)
        return signed, content

    async def reject(self, principal: str, name: str, reason: str) -> tuple[Proposal, bytes]:
        """An organ's no."""
        return await self._close(principal, name, "rejected", lambda p, by, now: states.reject(p, by, reason, now))

    async def withdraw(self, principal: str, name: str, reason: str) -> tuple[Proposal, bytes]:
        """Taken back by who leads."""
        return await self._close(principal, name, "withdrawn", lambda p, by, now: states.withdraw(p, by, reason, now))

    async def compare(self, principal: str, name: str) -> Comparison:
        """The policy in force and the change of a proposal, for the organs."""
        _, content = await self.get(principal, name)
        change = self._documents.parsed(content)
        async with reading(self._ports, principal) as transaction:
            now_in_force = await versions.newest(transaction)
            assert now_in_force is not None, "a proposal changes a policy that there is"
            own = (await versions.levels(transaction, change.camera_levels)).own
        moved = sum(own.get(code) != level for code, level in change.camera_levels.items())
        return Comparison(*now_in_force, change, moved)

    async def _change(self, transaction: AsyncConnection, draft: Draft, now: datetime) -> PolicyChange:
        window = draft.window or USUAL_WINDOW
        if not _HOUR <= window <= LONGEST_WINDOW:
            raise InvalidArgument(Violation("window_hours", f"must be 1 to {LONGEST_WINDOW // _HOUR}"))
        change = PolicyChange(
            proposal=f"policyProposals/{self._ports.new_id()}",
            base_revision=await versions.revision(transaction),
            reason=draft.reason,
            sign_by=now + window,
            policy=await _policy(transaction, draft),
            category_levels=dict(draft.category_levels),
            camera_levels=dict(draft.camera_levels),
            sealed=await self._sealed(transaction, draft.sealed_levels) if draft.sealed_levels else None,
            lease_seconds=dict(draft.lease_seconds),
            marks=dict(draft.marks),
        )
        refuse_unless_sound(change)
        refuse_unless_open(change, (await versions.levels(transaction, ())).default)
        return change

    async def _sealed(self, transaction: AsyncConnection, name: str) -> Digest:
        found = await sealed_lists.find(transaction, name)
        if found is None:
            raise refusals.no_resource(name)
        if found.adopted:
            message = f"{name} is in force since {name_of(found.adopted)}: have another one drawn up"
            raise FailedPrecondition("STATE_WRONG", message, state="adopted")
        return found.digest

    async def _adopt(
        self, transaction: AsyncConnection, signed: Proposal, content: bytes, act: Act
    ) -> tuple[Proposal, list[Ending]]:
        """Write the next version. Whatever the engine can't be built of is refused before anything is in force."""
        now = act.at
        change = self._documents.parsed(content)
        found = await versions.newest(transaction)
        assert found is not None, "a proposal changes a policy that there is"
        policy: Policy = change.policy or found[0]
        revision = found[1] + 1
        leases, marks = await versions.values(transaction)
        leases = Leases.of(leases.seconds | dict(change.lease_seconds))
        done = states.adopted(signed, revision, now)
        version = Version(revision, policy, now, signed.name, leases, changed(marks, change.marks))
        document = self._documents.signed(content, done)
        cameras, opened = await self._unseal(transaction, change, revision)
        by_camera = dict(change.camera_levels) | opened
        await versions.insert_next(transaction, version, document, change.category_levels, by_camera)
        await store.update(transaction, done)
        await end(transaction, self._ports, cameras, lambda control: of_secret(control, now), act)
        await claims.seal(transaction, [name for name in cameras if name.rpartition("/")[2] not in opened])
        await self._settle(transaction, now)
        ended = [await endings.append(transaction, Cause.POLICY_CHANGED, name_of(revision), now)]
        ended += await endings.append_each(transaction, Cause.CAMERA_CHANGED, cameras, now, is_sealed=True)
        return done, ended

    async def _may_seal(self, transaction: AsyncConnection, name: str) -> bool:
        """Whether it puts a list of state secrets in force. What is proposed never changes."""
        found = await store.find(transaction, name)
        return found is not None and self._documents.parsed(found[1]).sealed is not None

    async def _unseal(
        self, transaction: AsyncConnection, change: PolicyChange, revision: int
    ) -> tuple[list[str], dict[str, int]]:
        """Put the sealed list in force, if there is one: its cameras, on which every session ends; those it opened."""
        if change.sealed is None:
            return [], {}
        found = await sealed_lists.find(transaction, change.sealed.name)
        if found is None or found.digest != change.sealed or found.adopted:
            message = f"{change.sealed.name} is not what was signed: reject this, and propose it anew"
            raise FailedPrecondition("STATE_WRONG", message, state="altered")
        return found.cameras, await sealed_lists.adopt(transaction, found, revision)

    async def _close(
        self, principal: str, name: str, verb: str, act: Callable[[Proposal, Principal, datetime], Proposal]
    ) -> tuple[Proposal, bytes]:
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            found, content = await self._standing(transaction, name, now)
            closed = act(found, caller, now)
            await store.update(transaction, closed)
            await self._tell(transaction, verb, principal, closed, now)
        ports.journal.wake()
        return closed, content

    async def _standing(self, transaction: AsyncConnection, name: str, now: datetime) -> tuple[Proposal, bytes]:
        """The proposal as it stands now, behind every other writer."""
        await endings.lock(transaction)
        found, content = await self._find(transaction, name)
        return states.settled(found, await versions.revision(transaction), now), content

    async def _settle(self, transaction: AsyncConnection, now: datetime) -> None:
        """Put on record what time, or another proposal, has done to those that were open."""
        newest = await versions.revision(transaction)
        for one in await store.unsettled(transaction):
            settled = states.settled(one, newest, now)
            if settled.state is not State.OPEN:
                await store.update(transaction, settled)
                await self._tell(transaction, settled.state.value, "", settled, now)

    async def _find(self, transaction: AsyncConnection, name: str) -> tuple[Proposal, bytes]:
        found = await store.find(transaction, name)
        if found is None:
            raise refusals.no_resource(name)
        return found

    async def _tell(self, transaction: AsyncConnection, verb: str, by: str, proposal: Proposal, now: datetime) -> None:
        await self._ports.journal.add(transaction, Change(f"proposal.{verb}", by, now, proposal, article=ARTICLE))


async def _policy(transaction: AsyncConnection, draft: Draft) -> Policy | None:
    """Rows and roles together, since rows speak of roles: what is not proposed is as it is in force."""
    if not (draft.policy_csv or draft.roles_csv):
        return None
    now_in_force = await versions.in_force(transaction)
    return parse(draft.policy_csv or now_in_force.text, draft.roles_csv or now_in_force.roles_text)
