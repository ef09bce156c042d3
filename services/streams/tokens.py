"""Session tokens: what a viewer shows at the relay. Signed by streams; the relay checks with the public key alone."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

from services.chassis.signing import Signer
from services.streams.domain import Session
from services.streams.events import encode_token

PURPOSE = "kapok.streams.token"


@dataclass(frozen=True)
class TokenSigner:
    """Issues tokens with streams' own key."""

    signer: Signer

    def issue(self, session: Session, expires_at: datetime) -> str:
        """base64url of a signed SessionToken; it joins until ``expires_at`` and is never logged."""
        payload = encode_token(session, expires_at, secrets.token_bytes(12))
        return base64.urlsafe_b64encode(self.signer.seal(PURPOSE, payload)).rstrip(b"=").decode()
