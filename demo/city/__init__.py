"""The demo city as data, the same at every start: districts, agencies, principals and cameras of Guangzhou.

It knows nothing of the platform: whoever fills a new home reads it and calls the platform's own methods.
"""

from demo.city.agencies import AGENCIES, PRINCIPALS, Agency, Principal
from demo.city.cameras import CAMERAS, TUNNEL_AREA, TUNNEL_CAMERAS, TUNNEL_PTZ, Camera
from demo.city.districts import DISTRICTS, MUNICIPALITY, District

# What every demo lens asks of those who pull from it or move it; a real city has a pair for each camera.
LENS_USERNAME = "lens"
LENS_PASSWORD = "demo-lens-only"  # noqa: S105 (guards pictures that anybody can draw)

__all__ = [
    "AGENCIES",
    "CAMERAS",
    "DISTRICTS",
    "LENS_PASSWORD",
    "LENS_USERNAME",
    "MUNICIPALITY",
    "PRINCIPALS",
    "TUNNEL_AREA",
    "TUNNEL_CAMERAS",
    "TUNNEL_PTZ",
    "Agency",
    "Camera",
    "District",
    "Principal",
]
