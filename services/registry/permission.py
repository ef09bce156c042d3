"""What permissions says of a principal: a ruling on one camera, or the scope of all cameras it may act on. Pure."""

from dataclasses import dataclass

from services.chassis import errors
from services.decider.facts import Action
from services.registry.domain import Camera


def not_accessible(name: str) -> errors.Denied:
    """The one answer for a camera that is absent and for one that is hidden (Article 11)."""
    message = f"{name}: no such camera, or its existence is not for you to know (Article 11)"
    return errors.Denied("CAMERA_NOT_ACCESSIBLE", message, camera=name)


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision on one camera. ``agency`` is the principal's, as permissions knows it."""

    is_allowed: bool
    rule: str
    article: str
    sentence: str
    agency: str
    nearest: str = ""
    lacking: tuple[str, ...] = ()

    def refusal(self, camera: str, action: Action) -> errors.Denied:
        """The refusal in words, with the rule and the article that it rests on."""
        facts = {"rule": self.rule, "article": self.article, "nearest": self.nearest, "lacking": ",".join(self.lacking)}
        return errors.Denied("NOT_PERMITTED", self.sentence, **facts, camera=camera, action=action.value)


@dataclass(frozen=True, slots=True)
class ScopeClass:
    """Cameras that meet every line. Empty ``districts``, ``operator``, ``states`` or ``system`` restrict nothing."""

    rule: str
    levels: frozenset[int]
    categories: frozenset[int]
    districts: frozenset[str] = frozenset()
    excluded_districts: frozenset[str] = frozenset()
    operator: str = ""
    is_operator_excluded: bool = False
    states: frozenset[int] = frozenset()
    system: str = ""

    def is_own(self, operator: str) -> bool:
        """Whether this class is of the cameras that ``operator`` itself runs."""
        return self.operator == operator and not self.is_operator_excluded

    def holds(self, camera: Camera) -> bool:
        """Whether ``camera`` meets every line."""
        return self.admits(camera, camera.level)

    def admits(self, camera: Camera, level: int) -> bool:
        """The same for a camera that is to be at ``level``."""
        return (
            level in self.levels
            and camera.category in self.categories
            and (not self.districts or camera.district in self.districts)
            and camera.district not in self.excluded_districts
            and (not self.states or camera.state in self.states)
            and self.system in ("", camera.system)
            and (not self.operator or (camera.operator == self.operator) != self.is_operator_excluded)
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """Alternatives: a camera in any class, or named, is in scope, unless its class is ``denied``. Empty means none."""

    classes: tuple[ScopeClass, ...] = ()
    cameras: frozenset[str] = frozenset()
    denied: tuple[ScopeClass, ...] = ()

    def of_operator(self, operator: str) -> tuple[ScopeClass, ...]:
        """The classes that rest on running the cameras oneself."""
        return tuple(found for found in self.classes if operator and found.is_own(operator))
