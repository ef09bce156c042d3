"""Where the demo's cameras hang: one row a site, over the thirteen place categories of Article 6 ¶1.

Names are of real places so that maps make sense; what hangs there is invented.
"""

from dataclasses import dataclass

ROAD, METRO, RIVER, TUNNEL, SQUARE = 1, 2, 3, 4, 5  # clip numbers, see demo/clips/build.py

# What the cameras of one site look at, in Chinese and English, by clip.
ASPECTS: dict[int, tuple[tuple[str, str], ...]] = {
    ROAD: (("东向", "eastbound"), ("西向", "westbound"), ("北进口", "north approach"), ("南进口", "south approach")),
    METRO: (
        ("站台一端", "platform end 1"),
        ("站台二端", "platform end 2"),
        ("站厅", "concourse"),
        ("A出入口", "exit A"),
    ),
    RIVER: (("上游", "upstream"), ("下游", "downstream"), ("闸口", "sluice"), ("堤顶", "crest")),
    SQUARE: (("正门", "main gate"), ("广场", "forecourt"), ("东侧", "east side"), ("停车场", "car park")),
}

# The access code of GB/T 28181 annex D and the purpose, by place category.
CATEGORIES: dict[int, tuple[str, str]] = {
    1: ("42", "guarding dangerous goods"),
    2: ("07", "safety of travellers and freight"),
    3: ("04", "traffic safety"),
    4: ("06", "safety of passengers"),
    5: ("02", "guarding public offices"),
    6: ("02", "guarding research and archives"),
    7: ("02", "guarding cultural relics"),
    8: ("51", "guarding cash and business places"),
    9: ("49", "guarding public services"),
    10: ("01", "safety of gatherings"),
    11: ("46", "safety of works and landmarks"),
    12: ("54", "flood control"),
    13: ("08", "public order"),
}


@dataclass(frozen=True, slots=True)
class Site:
    """``cameras`` of one operator around ``at`` (latitude, longitude; WGS84 degrees), all of one level and clip."""

    category: int
    district: str
    operator: str
    name_zh: str
    name_en: str
    at: tuple[float, float]
    level: int
    clip: int
    cameras: int = 4


SITES = (
    Site(1, "440112", "storage-huangpu", "黄埔油库", "Huangpu Oil Depot", (23.0870, 113.4920), 4, SQUARE),
    Site(
        1, "440115", "storage-huangpu", "小虎岛化工仓储", "Xiaohu Island Chemical Store", (22.8410, 113.5560), 4, RIVER
    ),
    Site(1, "440118", "storage-huangpu", "增城烟花仓库", "Zengcheng Fireworks Store", (23.3350, 113.7600), 4, ROAD, 2),
    Site(2, "440114", "airport-guangzhou", "白云机场航站楼", "Baiyun Airport Terminal", (23.3924, 113.2988), 3, SQUARE),
    Site(2, "440113", "railway-guangzhou", "广州南站", "Guangzhou South Station", (22.9886, 113.2692), 3, METRO),
    Site(2, "440106", "railway-guangzhou", "广州东站", "Guangzhou East Station", (23.1506, 113.3247), 3, METRO),
    Site(2, "440104", "railway-guangzhou", "广州站", "Guangzhou Station", (23.1490, 113.2575), 3, SQUARE),
    Site(2, "440115", "port-guangzhou", "南沙客运港", "Nansha Passenger Port", (22.7620, 113.6130), 3, RIVER),
    Site(2, "440112", "port-guangzhou", "黄埔新港", "Huangpu New Port", (23.0440, 113.5240), 3, RIVER),
    Site(2, "440103", "roads-guangzhou", "芳村客运站", "Fangcun Coach Station", (23.0720, 113.2180), 2, ROAD),
    Site(3, "440104", "roads-guangzhou", "东风中路", "Dongfeng Middle Road", (23.1315, 113.2650), 2, ROAD),
    Site(3, "440106", "roads-guangzhou", "黄埔大道", "Huangpu Avenue", (23.1255, 113.3450), 2, ROAD),
    Site(3, "440106", "roads-guangzhou", "猎德大桥北", "Liede Bridge North", (23.1120, 113.3330), 3, ROAD),
    Site(3, "440105", "roads-guangzhou", "新港东路", "Xingang East Road", (23.0985, 113.3650), 2, ROAD),
    Site(3, "440103", "tunnels-guangzhou", "珠江隧道", "Pearl River Tunnel", (23.1045, 113.2375), 3, TUNNEL),
    Site(3, "440113", "roads-guangzhou", "洛溪大桥", "Luoxi Bridge", (23.0480, 113.2990), 3, ROAD),
    Site(3, "440111", "roads-guangzhou", "机场高速黄石", "Airport Expressway Huangshi", (23.1960, 113.2660), 3, ROAD),
    Site(4, "440104", "metro-guangzhou", "公园前站", "Gongyuanqian Station", (23.1268, 113.2600), 3, METRO),
    Site(4, "440106", "metro-guangzhou", "体育西路站", "Tiyu Xilu Station", (23.1310, 113.3160), 3, METRO),
    Site(4, "440105", "metro-guangzhou", "客村站", "Kecun Station", (23.0960, 113.3160), 3, METRO),
    Site(4, "440103", "metro-guangzhou", "黄沙站", "Huangsha Station", (23.1090, 113.2380), 3, METRO),
    Site(4, "440111", "metro-guangzhou", "嘉禾望岗站", "Jiahewanggang Station", (23.2350, 113.2750), 3, METRO),
    Site(4, "440118", "metro-guangzhou", "增城广场站", "Zengcheng Square Station", (23.2905, 113.8250), 2, METRO),
    Site(5, "440104", "offices-guangzhou", "市政府大院", "City Government Compound", (23.1290, 113.2590), 4, SQUARE),
    Site(
        5, "440114", "offices-guangzhou", "花都区政府", "Huadu District Government", (23.4035, 113.2150), 3, SQUARE, 3
    ),
    Site(
        5, "440117", "offices-guangzhou", "从化区政府", "Conghua District Government", (23.5485, 113.5865), 3, SQUARE, 3
    ),
    Site(6, "440115", "institute-nansha", "南沙研究所", "Nansha Institute", (22.7935, 113.5480), 5, SQUARE, 3),
    Site(6, "440117", "institute-nansha", "从化试验场", "Conghua Proving Ground", (23.7220, 113.6930), 5, ROAD, 2),
    Site(
        6, "440113", "offices-guangzhou", "大学城档案馆", "University Town Archives", (23.0530, 113.3930), 4, SQUARE, 3
    ),
    Site(7, "440104", "museums-guangzhou", "南越王博物院", "Nanyue King Museum", (23.1385, 113.2610), 3, SQUARE),
    Site(7, "440106", "museums-guangzhou", "广东省博物馆", "Guangdong Museum", (23.1150, 113.3260), 3, SQUARE),
    Site(7, "440103", "museums-guangzhou", "陈家祠", "Chen Clan Academy", (23.1265, 113.2455), 2, SQUARE),
    Site(
        8, "440106", "bank-lingnan", "岭南银行珠江新城支行", "Lingnan Bank Zhujiang", (23.1210, 113.3220), 4, SQUARE, 3
    ),
    Site(
        8,
        "440104",
        "bank-lingnan",
        "岭南银行北京路支行",
        "Lingnan Bank Beijing Road",
        (23.1235, 113.2690),
        4,
        SQUARE,
        3,
    ),
    Site(8, "440111", "bank-lingnan", "岭南银行金库", "Lingnan Bank Vault", (23.1790, 113.2640), 4, ROAD, 3),
    Site(
        9, "440105", "broadcast-guangzhou", "广州塔发射台", "Canton Tower Transmitter", (23.1065, 113.3245), 4, RIVER, 3
    ),
    Site(9, "440103", "utilities-guangzhou", "西村水厂", "Xicun Waterworks", (23.1420, 113.2290), 4, RIVER, 3),
    Site(
        9, "440112", "utilities-guangzhou", "科学城变电站", "Science City Substation", (23.1690, 113.4510), 4, SQUARE, 3
    ),
    Site(10, "440104", "parks-guangzhou", "越秀公园", "Yuexiu Park", (23.1420, 113.2640), 1, SQUARE),
    Site(10, "440111", "parks-guangzhou", "白云山南门", "Baiyun Hill South Gate", (23.1580, 113.2880), 1, SQUARE),
    Site(10, "440104", "streets-guangzhou", "北京路步行街", "Beijing Road Mall", (23.1225, 113.2665), 1, SQUARE),
    Site(10, "440103", "streets-guangzhou", "上下九步行街", "Shangxiajiu Mall", (23.1160, 113.2440), 1, SQUARE),
    Site(10, "440106", "schools-guangzhou", "五山校区", "Wushan Campus", (23.1540, 113.3460), 2, SQUARE),
    Site(10, "440104", "hospitals-guangzhou", "东山医院", "Dongshan Hospital", (23.1270, 113.2920), 2, SQUARE),
    Site(11, "440106", "builders-guangzhou", "花城广场", "Flower City Square", (23.1190, 113.3210), 1, SQUARE),
    Site(11, "440115", "builders-guangzhou", "明珠湾工地", "Pearl Bay Works", (22.7790, 113.5560), 1, ROAD),
    Site(11, "440113", "builders-guangzhou", "番禺应急避护场", "Panyu Evacuation Site", (22.9370, 113.3840), 2, SQUARE),
    Site(12, "440117", "embankments-guangzhou", "流溪河水库", "Liuxihe Reservoir", (23.7500, 113.7800), 3, RIVER),
    Site(12, "440118", "embankments-guangzhou", "增江堤", "Zengjiang Embankment", (23.2870, 113.8370), 2, RIVER),
    Site(12, "440105", "embankments-guangzhou", "琶洲堤", "Pazhou Embankment", (23.1060, 113.3700), 2, RIVER),
    Site(13, "440117", "villages-conghua", "温泉镇墟", "Wenquan Market Town", (23.6270, 113.6420), 1, ROAD),
    Site(13, "440114", "streets-guangzhou", "狮岭皮具城", "Shiling Leather Market", (23.4640, 113.1500), 1, SQUARE),
)
