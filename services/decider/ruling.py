"""A decision on one camera, as a service is answered that guards what is on record of it: who may look. Pure.

Two actions open such a record: INSPECT, which an open inspection gives and no setting takes (Article 17), and
ADMINISTER, which the camera's own operator has (Articles 20, 21) and the municipal organs (Article 14 ¶2).
"""

from dataclasses import dataclass

from services.chassis.errors import Denied
from services.decider.facts import SEALED_LEVEL, Action


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision on one camera, which ``operator`` runs. ``agency`` is the principal's; ``inspection`` "" for none."""

    is_allowed: bool
    rule: str
    article: str
    sentence: str
    agency: str
    operator: str
    level: int
    inspection: str = ""
    nearest: str = ""
    lacking: tuple[str, ...] = ()

    @property
    def is_sealed(self) -> bool:
        """Whether the camera is a state secret."""
        return self.level == SEALED_LEVEL

    @property
    def is_of_operator(self) -> bool:
        """Whether the principal is the camera's own operator's."""
        return self.agency == self.operator

    def refusal(self, camera: str) -> Denied:
        """In words, with the rule and the article that it rests on."""
        facts = {"rule": self.rule, "article": self.article, "nearest": self.nearest, "lacking": ",".join(self.lacking)}
        return Denied("NOT_PERMITTED", self.sentence, **facts, camera=camera, action=Action.INSPECT.value)
