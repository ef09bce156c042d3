"""The eleven districts of Guangzhou by GB/T 2260 code, with a rough frame around each (WGS84 degrees)."""

from dataclasses import dataclass

MUNICIPALITY = "440100"


@dataclass(frozen=True, slots=True)
class District:
    """One district; its frame contains it and is not its border."""

    code: str
    slug: str
    name_zh: str
    name_en: str
    south: float
    north: float
    west: float
    east: float

    def frames(self, latitude: float, longitude: float) -> bool:
        """The point is inside the frame."""
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


DISTRICTS = (
    District("440103", "liwan", "荔湾区", "Liwan", 23.03, 23.16, 113.17, 113.26),
    District("440104", "yuexiu", "越秀区", "Yuexiu", 23.10, 23.17, 113.23, 113.32),
    District("440105", "haizhu", "海珠区", "Haizhu", 23.04, 23.12, 113.24, 113.42),
    District("440106", "tianhe", "天河区", "Tianhe", 23.10, 23.25, 113.29, 113.44),
    District("440111", "baiyun", "白云区", "Baiyun", 23.13, 23.45, 113.14, 113.50),
    District("440112", "huangpu", "黄埔区", "Huangpu", 23.03, 23.42, 113.38, 113.61),
    District("440113", "panyu", "番禺区", "Panyu", 22.86, 23.08, 113.24, 113.56),
    District("440114", "huadu", "花都区", "Huadu", 23.24, 23.62, 112.95, 113.47),
    District("440115", "nansha", "南沙区", "Nansha", 22.55, 22.91, 113.29, 113.72),
    District("440117", "conghua", "从化区", "Conghua", 23.37, 23.94, 113.27, 114.05),
    District("440118", "zengcheng", "增城区", "Zengcheng", 23.08, 23.62, 113.54, 114.00),
)
