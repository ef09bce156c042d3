"""JSON ↔ protobuf by the google.api.http annotation of a method (AIP-127): path, query and body make the request."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.api import annotations_pb2
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.rpc import status_pb2

from services.chassis import errors
from services.chassis.errors import Violation
from services.gateway.path_template import PathTemplate
from services.gateway.rpc.catalogue import Catalogue
from services.gateway.rpc.query import tree

_VERBS = ("get", "put", "post", "delete", "patch")
_NO_FIELD = re.compile(r'Message type "([\w.]+)" has no field named "([^"]*)"(?: at "([^"]*)")?')
_SHOWN = 300  # characters of a parser's complaint


@dataclass(frozen=True)
class Binding:
    """One HTTP verb and path of one method. ``body`` is a field, "*" for the whole request, or empty."""

    verb: str
    template: PathTemplate
    body: str
    path: str
    method: MethodDescriptor

    def request(self, variables: Mapping[str, str], query: Sequence[tuple[str, str]], body: bytes) -> bytes:
        """The request, serialised; errors.InvalidArgument names each part that does not fit."""
        message = message_factory.GetMessageClass(self.method.input_type)()
        if self.body:
            self._read_body(message, body)
        elif body:
            raise errors.InvalidArgument(Violation("body", f"{self.verb} {self.template.text} takes none"))
        if query and self.body == "*":
            raise errors.InvalidArgument(Violation(query[0][0], "send it in the body: this method takes no query"))
        _merge(lambda: json_format.ParseDict(tree(self.method.input_type, query), message), "query")
        for field, value in variables.items():
            _set(message, field, value)
        return message.SerializeToString()

    def response(self, payload: bytes) -> str:
        """The answer as JSON."""
        return _json(message_factory.GetMessageClass(self.method.output_type).FromString(payload))

    def _read_body(self, message: Message, body: bytes) -> None:
        target = message if self.body == "*" else getattr(message, self.body)
        target.SetInParent()
        if body:
            if not body.lstrip().startswith(b"{"):  # the parser would take [] for an empty message
                raise errors.InvalidArgument(Violation("body", "must be a JSON object"))
            _merge(lambda: json_format.Parse(body, target), "body")


def bindings(catalogue: Catalogue) -> list[Binding]:
    """Every binding of every method for agencies; ValueError at start for an annotation that can't be served."""
    return [
        binding
        for path, method in catalogue.exposed.items()
        if method.GetOptions().HasExtension(annotations_pb2.http)
        for binding in _of(path, method)
    ]


def status_json(status: status_pb2.Status) -> str:
    """google.rpc.Status as JSON, its details with their types."""
    return _json(status)


def _of(path: str, method: MethodDescriptor) -> Iterator[Binding]:
    rule = method.GetOptions().Extensions[annotations_pb2.http]
    for each in (rule, *rule.additional_bindings):
        verb = each.WhichOneof("pattern")
        if verb not in _VERBS or each.response_body:
            raise ValueError(f"{path}: {verb} and response_body={each.response_body!r} can't be served")
        yield Binding(verb.upper(), PathTemplate.parse(getattr(each, verb)), each.body, path, method)


def _merge(parse: Any, source: str) -> None:
    try:
        parse()
    except json_format.ParseError as error:
        raise errors.InvalidArgument(_violation(str(error), source)) from None
    except (ValueError, RecursionError) as error:
        raise errors.InvalidArgument(Violation(source, f"can't be read: {str(error)[:_SHOWN]}")) from None


def _violation(complaint: str, source: str) -> Violation:
    if found := _NO_FIELD.search(complaint):
        kind, name, _ = found.groups()
        return Violation(name, f"is not a field of {kind.rpartition('.')[2]}")
    return Violation(source, complaint[:_SHOWN])


def _set(message: Message, field: str, value: str) -> None:
    *parents, leaf = field.split(".")
    for parent in parents:
        message = getattr(message, parent)
    setattr(message, leaf, value)


def _json(message: Message) -> str:
    return json_format.MessageToJson(message, indent=None, ensure_ascii=False)
