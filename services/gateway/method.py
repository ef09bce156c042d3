"""One method of the API as the gateway needs to know it. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Method:
    """Where a call goes. ``path`` is "/package.Service/Method", ``owner`` the service of the cell that answers it."""

    path: str
    owner: str
    is_exposed: bool  # to agencies; everything else is for services of the cell
    is_costly: bool = False  # one call may keep others waiting
    is_client_streaming: bool = False
    is_server_streaming: bool = False

    @property
    def kind(self) -> str:
        """The call kind in gRPC's words: "unary_unary" … "stream_stream"."""
        sides = ("stream" if streams else "unary" for streams in (self.is_client_streaming, self.is_server_streaming))
        return "_".join(sides)
