"""The demo's agencies of all seven kinds, and the principals that act for them.

An agency's system is the principal that bears the agency's own id; where the law wants two different people (who
declares an incident does not request its takeover), the second is a principal of its own.
"""

from dataclasses import dataclass
from typing import Literal

from demo.city.districts import DISTRICTS, MUNICIPALITY

Kind = Literal[
    "public-security",
    "national-security",
    "information-technology",
    "urban-management",
    "emergency-command",
    "sector-authority",
    "operator",
]
Tier = Literal["municipal", "district"]


@dataclass(frozen=True, slots=True)
class Agency:
    """An organisation that connects; ``jurisdiction`` is a GB/T 2260 code of six digits."""

    id: str
    kind: Kind
    jurisdiction: str
    name_zh: str
    name_en: str

    @property
    def tier(self) -> Tier:
        """Municipal when its jurisdiction is the city."""
        return "municipal" if self.jurisdiction == MUNICIPALITY else "district"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts for ``agency``, cleared up to a security level of 1 to 5."""

    id: str
    agency: Agency
    clearance: int
    name_zh: str
    name_en: str

    @property
    def kind(self) -> Kind:
        """The agency's."""
        return self.agency.kind

    @property
    def tier(self) -> Tier:
        """The agency's."""
        return self.agency.tier

    @property
    def jurisdiction(self) -> str:
        """The agency's."""
        return self.agency.jurisdiction


_ORGANS = (
    Agency("police-guangzhou", "public-security", "440100", "广州市公安局", "Guangzhou Public Security"),
    *(
        Agency(
            f"police-{d.slug}",
            "public-security",
            d.code,
            f"广州市公安局{d.name_zh}分局",
            f"{d.name_en} Public Security",
        )
        for d in DISTRICTS
    ),
    Agency("security-guangzhou", "national-security", "440100", "广州市国家安全局", "Guangzhou National Security"),
    Agency(
        "informatization-guangzhou", "information-technology", "440100", "广州市信息化局", "Guangzhou Informatization"
    ),
    Agency("urban-guangzhou", "urban-management", "440100", "广州市城市管理局", "Guangzhou Urban Management"),
    Agency("urban-yuexiu", "urban-management", "440104", "越秀区城市管理局", "Yuexiu Urban Management"),
    Agency("urban-tianhe", "urban-management", "440106", "天河区城市管理局", "Tianhe Urban Management"),
    Agency("command-guangzhou", "emergency-command", "440100", "广州市应急指挥中心", "Guangzhou Emergency Command"),
    Agency("command-yuexiu", "emergency-command", "440104", "越秀区应急指挥中心", "Yuexiu Emergency Command"),
    Agency("transport-guangzhou", "sector-authority", "440100", "广州市交通运输局", "Guangzhou Transport Authority"),
    Agency("water-guangzhou", "sector-authority", "440100", "广州市水务局", "Guangzhou Water Authority"),
    Agency("health-guangzhou", "sector-authority", "440100", "广州市卫生健康委", "Guangzhou Health Authority"),
)

_OPERATORS = (
    Agency("metro-guangzhou", "operator", "440100", "广州地铁运营", "Guangzhou Metro Operations"),
    Agency("tunnels-guangzhou", "operator", "440100", "广州隧道管理", "Guangzhou Tunnels"),
    Agency("roads-guangzhou", "operator", "440100", "广州道路养护", "Guangzhou Roads"),
    Agency("railway-guangzhou", "operator", "440100", "广州铁路客站", "Guangzhou Railway Stations"),
    Agency("airport-guangzhou", "operator", "440100", "白云机场运营", "Baiyun Airport Operations"),
    Agency("port-guangzhou", "operator", "440100", "广州港口运营", "Guangzhou Port"),
    Agency("parks-guangzhou", "operator", "440100", "广州公园管理", "Guangzhou Parks"),
    Agency("streets-guangzhou", "operator", "440100", "广州商业街区管理", "Guangzhou Shopping Streets"),
    Agency("schools-guangzhou", "operator", "440100", "广州校园安防", "Guangzhou Schools"),
    Agency("hospitals-guangzhou", "operator", "440100", "广州医院后勤", "Guangzhou Hospitals"),
    Agency("museums-guangzhou", "operator", "440100", "广州文博场馆", "Guangzhou Museums"),
    Agency("offices-guangzhou", "operator", "440100", "广州机关事务", "Guangzhou Government Offices"),
    Agency("bank-lingnan", "operator", "440100", "岭南银行", "Lingnan Bank"),
    Agency("utilities-guangzhou", "operator", "440100", "广州水电气", "Guangzhou Utilities"),
    Agency("broadcast-guangzhou", "operator", "440100", "广州广播电视台", "Guangzhou Broadcasting"),
    Agency("builders-guangzhou", "operator", "440100", "广州建设工程", "Guangzhou Construction Works"),
    Agency("embankments-guangzhou", "operator", "440100", "广州堤防水库", "Guangzhou Embankments"),
    Agency("storage-huangpu", "operator", "440112", "黄埔危化品仓储", "Huangpu Hazardous Storage"),
    Agency("villages-conghua", "operator", "440117", "从化乡村管理", "Conghua Villages"),
    Agency("institute-nansha", "operator", "440115", "南沙研究所", "Nansha Institute"),
)

AGENCIES = _ORGANS + _OPERATORS

# The policy grants standing views well below these for some kinds; a clearance is the most that papers can reach.
_CLEARANCE: dict[Kind, int] = {
    "public-security": 4,
    "national-security": 5,
    "information-technology": 2,
    "urban-management": 2,
    "emergency-command": 4,
    "sector-authority": 3,
    "operator": 4,
}
_STATE_SECRET_OPERATORS = {"institute-nansha"}
_BY_ID = {agency.id: agency for agency in AGENCIES}

PRINCIPALS = (
    *(
        Principal(a.id, a, 5 if a.id in _STATE_SECRET_OPERATORS else _CLEARANCE[a.kind], a.name_zh, a.name_en)
        for a in AGENCIES
    ),
    Principal(
        "command-guangzhou-duty",
        _BY_ID["command-guangzhou"],
        _CLEARANCE["emergency-command"],
        "广州市应急指挥中心值班领导",
        "Duty Chief of Guangzhou Emergency Command",
    ),
)
