"""What the decider answers: allow or deny, by which rule of which article, on what, until when."""

from dataclasses import dataclass
from datetime import datetime

DEFAULT_DENY = "default-deny"
DEFAULT_DENY_ARTICLE = "Article 14 ¶1"


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer with its reasons. ``valid_until`` None means until a fact changes; ``revision`` is the policy's.

    conditions    names of the conditions that the deciding rule stands on
    nearest_rule  of a default denial: the allowing rule that came nearest, "" when the policy has none for the action
    lacking       what that rule still needs: condition names, or columns whose class differs (role, relation, levels …)
    held_by       who controls the camera, when that is why control was refused
    """

    allowed: bool
    rule: str
    article: str
    sentence: str
    revision: int
    conditions: tuple[str, ...] = ()
    nearest_rule: str = ""
    lacking: tuple[str, ...] = ()
    valid_until: datetime | None = None
    held_by: str = ""

    def narrowed(self, valid_until: datetime | None, held_by: str = "") -> "Decision":
        """The decision of a class, said of one camera at one moment. Spelt out: dataclasses.replace costs 3 µs more."""
        return Decision(
            self.allowed,
            self.rule,
            self.article,
            self.sentence,
            self.revision,
            self.conditions,
            self.nearest_rule,
            self.lacking,
            valid_until,
            held_by,
        )
