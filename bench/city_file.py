"""Files of a plausible city: `python -m bench.city_file FILE --rows 100000 --broken 0.01` writes CSV, by its seed.

A known share of rows is broken in known ways; how many of each is printed, so that an import can be held against it.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from services.decider.facts import DISTRICTS

COLUMNS = ("code", "system", "display_name", "display_name_en", "place_category", "premises", "place", "latitude",
           "longitude", "direction_degrees", "mounting", "purpose", "stream_uri", "control_uri", "username",
           "password")  # fmt: skip
Row = dict[str, str]

_CENTERS: Mapping[str, tuple[float, float, str, str]] = {
    "440103": (23.126, 113.244, "荔湾", "Liwan"),
    "440104": (23.129, 113.267, "越秀", "Yuexiu"),
    "440105": (23.084, 113.317, "海珠", "Haizhu"),
    "440106": (23.125, 113.361, "天河", "Tianhe"),
    "440111": (23.157, 113.273, "白云", "Baiyun"),
    "440112": (23.181, 113.481, "黄埔", "Huangpu"),
    "440113": (22.937, 113.384, "番禺", "Panyu"),
    "440114": (23.404, 113.220, "花都", "Huadu"),
    "440115": (22.801, 113.525, "南沙", "Nansha"),
    "440117": (23.549, 113.587, "从化", "Conghua"),
    "440118": (23.261, 113.811, "增城", "Zengcheng"),
}
_ROADS = (("人民路", "Renmin Road"), ("中山路", "Zhongshan Road"), ("解放路", "Jiefang Road"),
          ("东风路", "Dongfeng Road"), ("江南大道", "Jiangnan Avenue"), ("迎宾大道", "Yingbin Avenue"),
          ("环市路", "Huanshi Road"))  # fmt: skip
_SPOTS = (("站台", "platform", "metro-and-public-transport", "public-area", "ceiling"),
          ("入口", "entrance", "metro-and-public-transport", "entrance", "wall"),
          ("路口", "crossing", "traffic-facilities", "public-area", "pole"),
          ("隧道", "tunnel", "traffic-facilities", "passage", "gantry"),
          ("广场", "square", "public-gathering", "public-area", "pole"),
          ("博物馆大厅", "museum hall", "museums-and-relics", "public-area", "ceiling"))  # fmt: skip


@dataclass(frozen=True)
class City:
    """What a file is to hold; ``broken`` is a share from 0 to 1."""

    rows: int
    broken: float
    system: str
    operator: str
    seed: int


def sound(city: City, number: int, chance: Random) -> Row:
    """A camera that the registry takes; ``number`` makes its code."""
    district = DISTRICTS[number % len(DISTRICTS)]
    latitude, longitude, name, name_en = _CENTERS[district]
    road, road_en = chance.choice(_ROADS)
    spot, spot_en, category, premises, mounting = chance.choice(_SPOTS)
    house = chance.randrange(1, 900)
    octets = (number >> 16 & 255, number >> 8 & 255, number & 255)
    return {
        "code": f"{district}01021320{1 + number // len(DISTRICTS):06d}",
        "system": city.system,
        "display_name": f"{name}{road}{house}号{spot}",
        "display_name_en": f"{name_en} {road_en} {house} {spot_en}",
        "place_category": category,
        "premises": premises,
        "place": f"{name}区{road}{house}号",
        "latitude": f"{latitude + chance.gauss(0, 0.02):.6f}",
        "longitude": f"{longitude + chance.gauss(0, 0.02):.6f}",
        "direction_degrees": str(chance.randrange(360)),
        "mounting": mounting,
        "purpose": "公共安全",
        "stream_uri": f"rtsp://10.{octets[0]}.{octets[1]}.{octets[2]}:554/{number}",
        "control_uri": "",
        "username": city.operator,
        "password": f"{chance.getrandbits(64):016x}",
    }


def _privacy(row: Row, _earlier: str) -> None:
    row["premises"] = "changing-room"


def _wrong_code(row: Row, _earlier: str) -> None:
    row["code"] = f"{row['code'][:10]}999{row['code'][13:]}"


def _nowhere(row: Row, _earlier: str) -> None:
    row["latitude"] = "NaN"


def _duplicate(row: Row, earlier: str) -> None:
    row["code"] = earlier


def _formula(row: Row, _earlier: str) -> None:
    row["display_name"] = f'=HYPERLINK("http://x","{row["display_name"]}")'


BREAKS: Mapping[str, Callable[[Row, str], None]] = {
    "privacy": _privacy, "wrong code": _wrong_code, "not a number": _nowhere, "duplicate": _duplicate,
    "formula": _formula,
}  # fmt: skip


def rows(city: City) -> Iterator[tuple[Row, str]]:
    """Each row with how it is broken, or with ""; the first is sound, so that there is a code to repeat."""
    chance = Random(city.seed)
    earlier = ""
    for number in range(city.rows):
        row = sound(city, number, chance)
        how = chance.choice(tuple(BREAKS)) if earlier and chance.random() < city.broken else ""
        if how:
            BREAKS[how](row, earlier)
        else:
            earlier = row["code"]
        yield row, how


def write(path: Path, city: City) -> Counter[str]:
    """Write the file; returns how many rows are broken in which way."""
    kinds: Counter[str] = Counter()
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        for row, how in rows(city):
            table.writerow(row)
            kinds.update([how] if how else [])
    return kinds


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Write a CSV of cameras of a plausible city.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--broken", type=float, default=0.0, help="share of broken rows, 0 to 1")
    parser.add_argument("--operator", default="metro-guangzhou")
    parser.add_argument("--system", default="", help="operators/OPERATOR/systems/main without it")
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args(arguments)
    system = told.system or f"operators/{told.operator}/systems/main"
    kinds = write(told.file, City(told.rows, told.broken, system, told.operator, told.seed))
    print(f"{told.rows} rows, {kinds.total()} broken")
    for kind in BREAKS:
        print(f"  {kinds[kind]:>7} {kind}")


if __name__ == "__main__":
    main()
