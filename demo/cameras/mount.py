"""The motors of one camera, and what it does when it is told something. Pure: seconds come in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from demo.cameras.pointing import Pointing, Velocity, aim, parts, velocity

PRESETS_MOST = 100
SECONDS_MOST = 60.0
_NAME_MOST = 64


@dataclass(slots=True)
class Mount:
    """Where it looked when its last command came, what that command was, and until when it obeys it. Monotonic."""

    since_s: float
    pointing: Pointing = field(default_factory=Pointing)
    moving: Velocity = field(default_factory=Velocity)
    until_s: float = float("inf")
    presets: dict[str, tuple[str, Pointing]] = field(default_factory=dict)  # token → name and where

    def at(self, now_s: float) -> Pointing:
        """Where it looks now."""
        return self.pointing.after(self.moving, min(now_s, self.until_s) - self.since_s)

    def obey(self, told: object, now_s: float) -> dict[str, str]:
        """Do as decoded JSON says; what to answer beside the pointing. Raises ValueError that says what to send."""
        if not isinstance(told, Mapping):
            raise ValueError("send one JSON object")  # noqa: TRY004 - one word for whatever is wrong with it
        match [*told]:
            case ["to"]:
                self._turn(aim(told["to"]).pointing(), now_s)
            case ["by"]:
                self._turn(parts(self.at(now_s)).plus(aim(told["by"])).pointing(), now_s)
            case ["recall"]:
                self._turn(self._preset(told["recall"]), now_s)
            case ["store"]:
                return {"token": self._store(told["store"], now_s)}
            case _:
                seconds = _seconds(told.get("seconds"))
                wanted = velocity({name: part for name, part in told.items() if name != "seconds"})
                self._go_on(wanted, now_s, now_s + seconds)
        return {}

    def listed(self) -> list[dict[str, str]]:
        """The presets, in the order in which they were stored."""
        return [{"token": token, "name": name} for token, (name, _) in self.presets.items()]

    def _turn(self, to: Pointing, now_s: float) -> None:
        """Its motors need no time for it."""
        self.pointing = to
        self.moving, self.since_s, self.until_s = Velocity(), now_s, float("inf")

    def _go_on(self, wanted: Velocity, now_s: float, until_s: float) -> None:
        self.pointing = self.at(now_s)
        self.moving, self.since_s, self.until_s = wanted, now_s, until_s

    def _preset(self, token: object) -> Pointing:
        if not isinstance(token, str) or token not in self.presets:
            raise ValueError("no preset of this token is stored")
        return self.presets[token][1]

    def _store(self, name: object, now_s: float) -> str:
        if not isinstance(name, str) or not 0 < len(name) <= _NAME_MOST or len(self.presets) == PRESETS_MOST:
            raise ValueError(f"store is a name of at most {_NAME_MOST} characters, for at most {PRESETS_MOST} presets")
        token = str(len(self.presets) + 1)
        self.presets[token] = name, self.at(now_s)
        return token


def _seconds(given: object) -> float:
    if given is None:
        return float("inf")
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= SECONDS_MOST:
        raise ValueError(f"seconds is a number above 0, at most {SECONDS_MOST:.0f}")
    return float(given)
