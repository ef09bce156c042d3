"""What is found of a database's schema, and what this release brings."""

from dataclasses import dataclass

from services.chassis.settings import SettingsError


@dataclass(frozen=True)
class Schema:
    """The revision that was found, empty before the first, and the one that this release brings."""

    found: str
    newest: str
    is_known: bool  # this release's, or one before it

    @property
    def is_behind(self) -> bool:
        """One that is not known is a later release's if it sorts behind ours: revisions are numbers of equal length."""
        if not self.is_known and self.found < self.newest:
            raise SettingsError(f"KAPOK_DATABASE: its schema is {self.found}, which no release of this service made")
        return self.is_known and self.found != self.newest
