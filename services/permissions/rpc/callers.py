"""On whose behalf a method of PermissionsService is called."""

from services.chassis import errors, identity


def principal_of_call() -> str:
    """The principal that the gateway vouches for; other services speak for themselves only."""
    caller = identity.caller()
    if caller.service != "gateway" or not caller.principal:
        raise errors.Unauthenticated("IDENTITY_MISSING", "call through the gateway: this call names no principal")
    return caller.principal
