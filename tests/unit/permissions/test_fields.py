"""What texts of callers may hold: what people type, and nothing that hides."""

import pytest

from services.chassis.errors import InvalidArgument
from services.permissions.fields import Fields


def checked(text: str) -> None:
    fields = Fields()
    fields.text("takeover.reason", text, most=20)
    fields.settle()


def test_a_reason_is_typed_as_people_type_it() -> None:
    checked("隧道起火\u3000消防已到场")


@pytest.mark.parametrize("hidden", ["fire\n", "fire\x00", "\u202efire", "\u200bfire", "\u3000", "", "f" * 21])
def test_nothing_hides_in_a_reason(hidden: str) -> None:
    with pytest.raises(InvalidArgument, match=r"takeover\.reason"):
        checked(hidden)
