"""The demo's cameras: those of every site, and the forty-four of the tunnel that burns in the story."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from demo.city.sites import ASPECTS, CATEGORIES, SITES, TUNNEL, Site

_YUEXIU = "440104"
_TUNNEL_WEST = (23.1136, 113.2600)  # where the tunnel under the embankment road begins
_TUNNEL_STEP = 0.00078  # degrees of longitude, about 80 m
_TUNNEL_BORE = 0.00016  # degrees of latitude between the two bores, about 18 m
_TUNNEL_PLACES = 22  # cameras in each bore
_TUNNEL_PTZ_PLACE = 11


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera as its operator registers it; ``code`` is the GB/T 28181 code, twenty digits as text."""

    code: str
    name_zh: str
    name_en: str
    district: str
    latitude: float
    longitude: float
    place: str
    purpose: str
    operator: str
    category: int
    level: int
    clip: int
    has_ptz: bool = False


def _code(district: str, category: int, serial: int) -> str:
    """GB/T 28181 annex D: centre (8), access (2), type (3; 132 is a network camera), network (1), serial (6)."""
    access, _ = CATEGORIES[category]
    return f"{district}00{access}1320{serial:06d}"


def _site_cameras(site: Site, serials: Iterator[int]) -> Iterator[Camera]:
    latitude, longitude = site.at
    for index in range(site.cameras):
        zh, en = ASPECTS.get(site.clip, ASPECTS[1])[index]
        yield Camera(
            code=_code(site.district, site.category, next(serials)),
            name_zh=f"{site.name_zh}{zh}",
            name_en=f"{site.name_en}, {en}",
            district=site.district,
            latitude=round(latitude + 0.0004 * (index % 2), 6),
            longitude=round(longitude + 0.0004 * (index // 2), 6),
            place=f"{site.name_en}: {en}",
            purpose=CATEGORIES[site.category][1],
            operator=site.operator,
            category=site.category,
            level=site.level,
            clip=site.clip,
        )


def _tunnel_cameras(serials: Iterator[int]) -> Iterator[Camera]:
    bores = (("北洞", "north bore"), ("南洞", "south bore"))
    for index in range(2 * _TUNNEL_PLACES):
        bore, place = divmod(index, _TUNNEL_PLACES)
        zh, en = bores[bore]
        kilometres, metres = divmod(20 + 80 * place, 1000)
        post = f"K{kilometres}+{metres:03d}"
        yield Camera(
            code=_code(_YUEXIU, 3, next(serials)),
            name_zh=f"沿江隧道{zh}{post}",
            name_en=f"Yanjiang Tunnel, {en}, {post}",
            district=_YUEXIU,
            latitude=round(_TUNNEL_WEST[0] - _TUNNEL_BORE * bore, 6),
            longitude=round(_TUNNEL_WEST[1] + _TUNNEL_STEP * place, 6),
            place=f"Yanjiang Tunnel: {en}, {post}",
            purpose=CATEGORIES[3][1],
            operator="tunnels-guangzhou",
            category=3,
            level=4,
            clip=TUNNEL,
            has_ptz=(bore, place) == (0, _TUNNEL_PTZ_PLACE),
        )


_SERIALS = count(1)
TUNNEL_CAMERAS = tuple(_tunnel_cameras(_SERIALS))
CAMERAS = TUNNEL_CAMERAS + tuple(camera for site in SITES for camera in _site_cameras(site, _SERIALS))
TUNNEL_PTZ = next(camera for camera in CAMERAS if camera.has_ptz)

# (latitude, longitude) of the corners of a frame around the tunnel and of nothing else.
TUNNEL_AREA = ((23.1128, 113.2592), (23.1128, 113.2772), (23.1142, 113.2772), (23.1142, 113.2592))
