"""Which cameras are refused: every rule tells all that is wrong at once, so that one round trip is enough. Pure."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from services.chassis.errors import InvalidArgument, Violation
from services.decider.facts import CATEGORIES
from services.registry import privacy
from services.registry.domain import PLACES, Camera, Code, Source, is_on_earth

_DEVICE_TYPES = {"131": "camera", "132": "network camera"}  # GB/T 28181 annex D
_INDUSTRIES = {f"{n:02d}" for n in (*range(12), *range(40, 56))}  # the same; the others are reserved
_LONGEST = {"display_name": 200, "display_name_en": 200, "place": 200, "purpose": 500}
_MOUNTINGS = range(7)
_LOOKS_AT = range(1, 7)  # premises that are no place of privacy
_PLAIN_CODE = re.compile(
    rf"({'|'.join(PLACES)})[0-9]{{2}}({'|'.join(sorted(_INDUSTRIES))})({'|'.join(_DEVICE_TYPES)})[0-9](?!000000)[0-9]{{6}}"
)
_REQUIRED = {"display_name", "place", "purpose"}
LEVEL_IS_OUTPUT_ONLY = Violation(
    "camera.security_level", "leave it out: levels change only by a proposal of the three organs (Article 14 ¶2)"
)
_LONGEST_URI = 500
_PLAIN_URI = re.compile(r"[a-z]+://[a-z0-9][a-z0-9.-]*(:[1-9][0-9]{0,3})?(/[!-?A-~]*)?")  # no @ anywhere
_LONGEST_CREDENTIAL = 128


def refuse_unless_sound(camera: Camera, source: Source | None, *, level_is_claimed: bool = False) -> None:
    """Raise errors.InvalidArgument with every violation of ``camera``, of its new ``source``, and of a claimed level.

    One reason names them all: a place of privacy outranks a level, which outranks the rest.
    """
    if not level_is_claimed and _is_plain(camera, source):
        return  # as nearly all are; the rules one by one cost four times as much
    private, claimed = list(_privacy(camera)), [LEVEL_IS_OUTPUT_ONLY] if level_is_claimed else []
    wrong = [*(violation for _, violation in private), *claimed, *_code(camera), *_texts(camera), *_numbers(camera)]
    wrong += _source(source) if source else ()
    if private:
        raise InvalidArgument(*wrong, reason="PLACE_OF_PRIVACY", place=private[0][0], article="Article 6 ¶2")
    if claimed:
        raise InvalidArgument(*wrong, reason="LEVEL_IS_OUTPUT_ONLY", field=claimed[0].field, article="Article 14 ¶2")
    if wrong:
        raise InvalidArgument(*wrong)


def _is_plain(camera: Camera, source: Source | None) -> bool:
    """Whether every rule holds at a glance. False says nothing: then the rules are asked one by one."""
    texts = (camera.display_name, camera.display_name_en, camera.place, camera.purpose)
    together = "".join(texts)
    return (
        _PLAIN_CODE.fullmatch(camera.code) is not None
        and camera.category in CATEGORIES
        and camera.premises in _LOOKS_AT
        and camera.mounting in _MOUNTINGS
        and (camera.direction is None or 0 <= camera.direction < 360)
        and -90 <= camera.latitude <= 90
        and -180 <= camera.longitude <= 180
        and (camera.latitude, camera.longitude) != (0, 0)
        and bool(camera.display_name.strip() and camera.place.strip() and camera.purpose.strip())
        and max(map(len, texts)) <= min(_LONGEST.values())
        and together.isprintable()
        and not privacy.is_suspect(together)
        and (source is None or _is_plain_source(source))
    )


def _is_plain_source(source: Source) -> bool:
    credentials = source.username + source.password
    return (
        source.stream_uri.startswith("rtsp:")
        and len(source.stream_uri) <= _LONGEST_URI
        and _PLAIN_URI.fullmatch(source.stream_uri) is not None
        and not source.control_uri
        and not source.secondary_stream_uri
        and len(credentials) <= _LONGEST_CREDENTIAL
        and (not credentials or credentials.isprintable())
    )


def _privacy(camera: Camera) -> Iterator[tuple[str, Violation]]:
    """Each prohibited place with its violation."""
    if camera.premises in privacy.PREMISES:
        place = privacy.PREMISES[camera.premises]
        yield place, Violation("camera.premises", f"a camera in {place} is prohibited (Article 6 ¶2)")
    for name in ("display_name", "display_name_en", "place", "purpose"):
        if word := privacy.prohibited_word(getattr(camera, name)[: _LONGEST[name]]):
            advice = "if the camera looks elsewhere, say so: 'outside the …', '…门外'"
            sentence = f"{word!r} is a place of privacy, prohibited (Article 6 ¶2); {advice}"
            yield word, Violation(f"camera.{name}", sentence)


def _code(camera: Camera) -> Iterator[Violation]:
    """District, industry, type and serial, each by itself (GB/T 28181 annex D)."""
    code = Code.parse(camera.code)
    if code is None:
        yield Violation("camera.code", "must be 20 digits (GB/T 28181)")
        return
    if code.district not in PLACES:
        yield Violation("camera.code", f"begins with {code.district}; the districts are {', '.join(PLACES)}")
    if code.industry not in _INDUSTRIES:
        yield Violation("camera.code", f"digits 9 and 10 are {code.industry}; an industry has 00 to 11 or 40 to 55")
    if code.type not in _DEVICE_TYPES:
        offer = ", ".join(f"{number} ({meaning})" for number, meaning in _DEVICE_TYPES.items())
        yield Violation("camera.code", f"digits 11 to 13 are {code.type}; a camera has {offer}")
    if not int(code.serial):
        yield Violation("camera.code", "the serial, its last six digits, begins with 000001")


def _texts(camera: Camera) -> Iterator[Violation]:
    for name, longest in _LONGEST.items():
        text: str = getattr(camera, name)
        if name in _REQUIRED and not text.strip():
            yield Violation(f"camera.{name}", "is required")
        yield from _line(f"camera.{name}", text, longest)


def _line(path: str, text: str, longest: int) -> Iterator[Violation]:
    if len(text) > longest:
        yield Violation(path, f"has {len(text)} characters, at most {longest} fit")
    elif not text.replace("\u3000", " ").isprintable():  # the ideographic space is how people type
        yield Violation(path, "must be one line without control or invisible characters")


def _numbers(camera: Camera) -> Iterator[Violation]:
    if camera.category not in CATEGORIES:
        yield Violation("camera.place_category", "must be one of the thirteen of Article 6 ¶1")
    if camera.premises not in {*_LOOKS_AT, *privacy.PREMISES}:
        yield Violation("camera.premises", "must say what the camera looks at")
    if not is_on_earth(camera.latitude, camera.longitude):
        yield Violation("camera.position", "must be WGS 84 degrees: latitude -90 to 90, longitude -180 to 180")
    elif (camera.latitude, camera.longitude) == (0, 0):
        yield Violation("camera.position", "is required")
    if camera.direction is not None and not 0 <= camera.direction < 360:
        yield Violation("camera.direction_degrees", "must be degrees from north, clockwise: 0 ≤ d < 360")
    if camera.mounting not in _MOUNTINGS:
        yield Violation("camera.mounting", "must be one of the list, or left out")


def _source(source: Source) -> Iterator[Violation]:
    yield from _uri("camera.source.stream_uri", source.stream_uri, ("rtsp",))  # what relays pull, so far
    if source.secondary_stream_uri:
        yield from _uri("camera.source.secondary_stream_uri", source.secondary_stream_uri, ("rtsp",))
    if source.control_uri:
        yield from _uri("camera.source.control_uri", source.control_uri, ("onvif", "http"))
    yield from _line("camera.source.username", source.username, _LONGEST_CREDENTIAL)
    yield from _line("camera.source.password", source.password, _LONGEST_CREDENTIAL)


def _uri(path: str, text: str, schemes: tuple[str, ...]) -> Iterator[Violation]:
    """The address itself is never repeated: it may hold a password where none belongs."""
    example = f"{schemes[0]}://host:port/path"
    if len(text) > _LONGEST_URI or not re.fullmatch(r"[!-~]+", text):
        yield Violation(path, f"must look like {example}, at most {_LONGEST_URI} characters of ASCII without blanks")
        return
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # urlsplit's word for a port or an IPv6 address that is none
        is_address = False
    if not is_address:
        yield Violation(path, f"must look like {example}")
    elif "@" in parts.netloc:
        yield Violation(path, "must not hold user or password: send them as username and password")
