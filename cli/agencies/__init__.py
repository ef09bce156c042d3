"""`kapok agencies`: who connects. A module for each noun; each registers its commands with the group."""

from cli.agencies import keys
from cli.agencies.group import group

__all__ = ["group", "keys"]
