"""Amounts as people type and read them: yuan with two decimals; the API has whole fen. Pure, without floats."""

import re

import typer

from cli import names
from kapok.permissions.v1 import claim_pb2

_YUAN = re.compile(r"(\d{1,10})(?:\.(\d{1,2}))?", re.ASCII)
_CODE = re.compile(r"\d{20}", re.ASCII)
_KIND = claim_pb2.Loss.Kind


def fen(text: str) -> int:
    """Fen from yuan: ``1234.5`` is 123450."""
    found = _YUAN.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is no amount: give yuan such as 1234.50")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def yuan(amount_fen: int) -> str:
    """Yuan from fen."""
    return f"{amount_fen // 100:,}.{amount_fen % 100:02} RMB"


def loss(text: str) -> claim_pb2.Loss:
    """One line of a claim from ``KIND:YUAN:TEXT`` or ``KIND:YUAN:CODE:TEXT``, where CODE names a camera."""
    kind, _, rest = text.partition(":")
    amount, _, told = rest.partition(":")
    code, colon, after = told.partition(":")
    camera = names.camera(code) if colon and _CODE.fullmatch(code) else ""
    if not told:
        raise typer.BadParameter(f"{text!r} is no loss: give KIND:YUAN:TEXT, such as expense:300:guards for a night")
    line = claim_pb2.Loss(text=after if camera else told, amount_fen=fen(amount), camera=camera)
    line.kind = names.choice(_KIND, "KIND_")(kind)  # type: ignore[assignment] # one of the enum's numbers
    return line
