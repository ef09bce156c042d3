"""What permissions says on the bus, and the one thing that it hears there.

journal   facts       kapok.v1.facts.permissions.<resource>.<verb>     through the outbox, for the ledger
voice     endings     kapok.v1.permissions.endings, bucket `endings`   signed: a relay acts on them at once
          policies    kapok.v1.permissions.policies, bucket `policies` signed: editions of the policy, for relays
          heartbeat   kapok.v1.permissions.heartbeat                   signed
kept      reads                                                      what the buckets hold already
news      hears       kapok.v1.facts.registry.*.*                      cameras changed
          pulls       kapok.v1.facts.registry.>                        cameras were closed to everybody, or reclassified
"""

from services.permissions.events.journal import FactJournal
from services.permissions.events.kept import last_kept
from services.permissions.events.news import follow_cameras, follow_closures
from services.permissions.events.voice import SignedVoice

__all__ = ["FactJournal", "SignedVoice", "follow_cameras", "follow_closures", "last_kept"]
