"""`kapok policy`: levels and permissions, set jointly by three organs (Article 14 ¶2).

proposing   propose, approve, reject, withdraw      reading   list, show, history, diff      simulating   simulate
sealed      seal, sealed: state secrets
"""

from cli.policy import proposing, reading, sealed, simulating
from cli.policy.group import group

__all__ = ["group", "proposing", "reading", "sealed", "simulating"]
