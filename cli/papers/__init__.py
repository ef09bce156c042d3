"""`kapok papers`: what Article 19 wants on record before Article 18 opens a camera. A module for each noun."""

from cli.papers import letters, reading, reviews, waivers
from cli.papers.group import group, stamp

__all__ = ["group", "letters", "reading", "reviews", "stamp", "waivers"]
