"""Papers as the police and national security bring them: a letter of introduction and two officers (Article 19)."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from demo.chapters import ahead
from kapok.permissions.v1 import legal_basis_pb2

_CERTIFIED_FOR = timedelta(days=365)


def letter(principal: str, number: str, cameras: Sequence[str], purpose: str) -> legal_basis_pb2.LegalBasis:
    """Papers of the agency of the same name, on these cameras, for a day from now."""
    return legal_basis_pb2.LegalBasis(
        number=number, issuer=f"agencies/{principal}", cameras=cameras, purpose=purpose,
        officers=[
            legal_basis_pb2.Officer(
                display_name=f"{which} officer", certificate_number=f"{number} {which}",
                certificate_expire_time=ahead(_CERTIFIED_FOR),
            )
            for which in ("first", "second")
        ],
        start_time=ahead(timedelta(seconds=-5)), end_time=ahead(timedelta(days=1)),
        document_sha256=hashlib.sha256(b"the scanned letter").hexdigest(),
    )  # fmt: skip
