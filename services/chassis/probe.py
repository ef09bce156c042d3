"""`python -m services.chassis.probe HOST:PORT…`: asks each service its health (grpc.health.v1), says what is wrong.

For tests of a deployment; Kubernetes' own probes ask by themselves.
"""

import sys
from collections.abc import Iterator, Sequence

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

_WITHIN_S = 5.0


def ailing(addresses: Sequence[str], within_s: float = _WITHIN_S) -> Iterator[str]:
    """A line for each that is not in good health. Asked without TLS, which what answers probes does not speak."""
    for address in addresses:
        with grpc.insecure_channel(address) as channel:
            try:
                answer = health_pb2_grpc.HealthStub(channel).Check(
                    health_pb2.HealthCheckRequest(), timeout=within_s, wait_for_ready=True
                )
            except grpc.RpcError as error:
                yield f"{address} does not answer: {error.code().name}"
                continue
        if answer.status != health_pb2.HealthCheckResponse.SERVING:
            yield f"{address} says {health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)}"


if __name__ == "__main__":
    sys.exit("\n".join(ailing(sys.argv[1:])) or 0)
