"""gRPC health of permissions: besides its services, whether a policy decides.

The services serve without one too, since a refusal that says what to do is an answer: a probe that took permissions out
for it would leave callers with silence.
"""

from grpc_health.v1 import health, health_pb2

POLICY = "kapok.permissions.policy"


class Health:
    """NOT_SERVING for the policy until it is told otherwise. ``checker`` is what the server answers with."""

    def __init__(self) -> None:
        self.checker = health.aio.HealthServicer()

    async def tell(self, is_in_force: bool) -> None:
        """A policy decides, or none does."""
        status = health_pb2.HealthCheckResponse
        await self.checker.set(POLICY, status.SERVING if is_in_force else status.NOT_SERVING)
