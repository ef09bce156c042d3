"""A bell: who follows what is committed looks again when it rings, and each second when it does not."""

import asyncio
from dataclasses import dataclass, field

_LOOK_AGAIN_S = 1.0  # another replica's changes ring no bell here; rights are asked for anew as often


@dataclass
class Bell:
    """Rung after each commit of this process; who watches looks at once instead of a second later."""

    _rung: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self) -> None:
        """Something was committed."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self) -> None:
        """Until it rings, a second at most."""
        try:
            async with asyncio.timeout(_LOOK_AGAIN_S):
                await self._rung.wait()
        except TimeoutError:
            return
