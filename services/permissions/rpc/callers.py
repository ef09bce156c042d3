"""Who calls, as the gateway vouches for."""

from services.chassis import errors, identity


def principal() -> str:
    """On whose behalf the gateway calls; other services speak for themselves only."""
    caller = identity.caller()
    if caller.service != "gateway" or not caller.principal:
        raise errors.Unauthenticated("IDENTITY_MISSING", "call through the gateway: this call names no principal")
    return caller.principal
