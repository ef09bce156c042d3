"""Use case of papers (Article 19): a letter of introduction with two officers' certificates is put on record."""

from services.permissions.basis import Papers, Registered, register
from services.permissions.ports import Change, Ports, is_sealed
from services.permissions.question import accessible, in_good_standing
from services.permissions.store import bases


class Bases:
    """Durable before it is answered."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def register(self, principal: str, papers: Papers) -> Registered:
        """Put papers on record for the caller. A camera that is absent or hidden is refused alike (Article 11)."""
        ports, now = self._ports, self._ports.clock.now()
        name = f"legalBases/{ports.new_id()}"
        async with ports.database.read() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
        registered, _ = register(name, papers, caller, now)
        found = await ports.cameras.facts(papers.cameras)
        covered = [accessible(found.get(camera), caller, camera) for camera in sorted(papers.cameras)]
        async with ports.database.write() as transaction:
            await in_good_standing(
                transaction, ports, principal
            )  # it may have been revoked while the registry was asked
            await bases.insert(transaction, registered)
            told = Change(
                "legal_basis.registered",
                principal,
                now,
                registered,
                article="Article 19",
                is_sealed=is_sealed(*covered),
            )
            await ports.journal.add(transaction, told)
        ports.journal.wake()
        return registered
