"""`kapok cameras allowed`: on which cameras something may be done now."""

from dataclasses import dataclass

from cli.arguments import form
from cli.cameras.records import PAGE, Listing
from cli.cameras.selection import camera_filter
from cli.grounds import ActionArgument, IncidentOption, LegalBasisOption
from cli.invocation import Context
from cli.listing import show_list
from kapok.registry.v1 import registry_service_pb2


@dataclass(frozen=True, kw_only=True)
class AllowedListing(Listing):
    """A list, of what action, on what ground."""

    action: ActionArgument
    legal_basis: LegalBasisOption = None
    incident: IncidentOption = None


@form
def list_allowed(context: Context, listing: AllowedListing) -> None:
    """The cameras to which you may do ACTION now, on any papers of yours in force and any open incident."""
    request = registry_service_pb2.ListAllowedCamerasRequest(
        parent="districts/-", page_size=PAGE, filter=camera_filter(listing),
        order_by="" if listing.order_by == "name" else listing.order_by, legal_basis=listing.legal_basis,
        incident=listing.incident,
        action=listing.action,  # type: ignore[arg-type] # the parser made it one of the enum's numbers
    )  # fmt: skip
    show_list(context, request, listing.limit, ("camera",), lambda name: (name,))
