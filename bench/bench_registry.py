"""`make bench-registry`: a city of a million cameras in SQLite and in PostgreSQL, beside the same rows bare.

`python -m bench.bench_registry --cameras 100000` measures a smaller city in a tenth of the time.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.registry.bare import copied_s, upserted_s
from bench.registry.exported import exported
from bench.registry.measures import Times, created_per_s, facets, gets, imported, pages, polygon_ms
from bench.registry.signals import heard_per_core_minute
from bench.registry.stage import found_systems, opened
from bench.report import Figure, report
from services.chassis.process import spare_the_collector
from tests.postgres import postgres

_SMALL = 1_000
_HEARD = 100_000  # cameras that report; the cost of each is the same
_SERVER = {"shared_buffers": "1GB"}  # as a server of its own would have; 128 MB is what a wheel starts with
_CREATED = 10_000  # codes kept for single registrations


@dataclass(frozen=True)
class City:
    """What was measured on one database; times in milliseconds, CPU in microseconds."""

    import_per_s: float
    create_per_s: float
    get: Times
    get_cpu_us: float
    page: Times
    camera_cpu_us: float
    polygon_ms: float
    facets: Times
    heard_per_minute: float


async def measured(url: str, cameras: int) -> City:
    """Everything, on an empty database."""
    async with opened(url) as stage:
        spare_the_collector()
        await found_systems(stage, cameras + _CREATED)
        import_s = await imported(stage, cameras)
        create = await created_per_s(stage, cameras)
        get, get_cpu = await gets(stage, cameras)
        heard = await heard_per_core_minute(stage, min(cameras, _HEARD))
        page, camera_cpu = await pages(stage, cameras)
        polygon = await polygon_ms(stage)
        return City(cameras / import_s, create, get, get_cpu, page, camera_cpu, polygon, await facets(stage), heard)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description="The registry at the size of a city.")
    parser.add_argument("--cameras", type=int, default=1_000_000)
    cameras = parser.parse_args().cameras
    with (
        tempfile.TemporaryDirectory(prefix="kapok-bench-") as folder,
        tempfile.TemporaryDirectory(prefix="kapok-bench-") as data,
        postgres(Path(data), is_durable=True, settings=_SERVER) as server,
    ):
        urls = {"SQLite": f"sqlite+aiosqlite:///{folder}/city.db", "PostgreSQL": server.new_database("city")}
        cities = {name: asyncio.run(measured(url, cameras)) for name, url in urls.items()}
        small_urls = (f"sqlite+aiosqlite:///{folder}/small.db", server.new_database("small"))
        small = dict(zip(urls, (asyncio.run(measured(url, _SMALL)) for url in small_urls), strict=True))
        bare_s = {
            "SQLite": upserted_s(Path(folder), cameras),
            "PostgreSQL": asyncio.run(copied_s(server.new_database("bare"), cameras)),
        }
        extracts = {name: exported(url) for name, url in urls.items()}
    bare_per_s = {name: cameras / seconds for name, seconds in bare_s.items()}
    report("registry", _figures(cities, small, bare_per_s, extracts))


@dataclass(frozen=True)
class _Sides:
    """What was measured on each database, by its name: the worse one counts, both are told."""

    cities: Mapping[str, City]

    def of(self, field: str) -> dict[str, float]:
        """One number of each."""
        return {name: getattr(city, field) for name, city in self.cities.items()}

    def p99(self, field: str) -> dict[str, float]:
        """The 99th percentile of one kind of call."""
        return {name: getattr(city, field).p99_ms for name, city in self.cities.items()}

    def p50(self, field: str) -> str:
        """The median, in words."""
        return "; p50 " + _both({name: getattr(city, field).p50_ms for name, city in self.cities.items()})

    def ratio(self, field: str, small: Mapping[str, City]) -> dict[str, float]:
        """To the same number of a small city."""
        return {name: value / getattr(small[name], field) for name, value in self.of(field).items()}


def _both(values: Mapping[str, float]) -> str:
    return ", ".join(
        f"{name} {value:,.0f}" if value >= 1000 else f"{name} {value:.3g}" for name, value in values.items()
    )


def _most(name: str, values: Mapping[str, float], goal: float | None, more: str = "") -> Figure:
    return Figure(name, max(values.values()), goal, _both(values) + more)


def _least(name: str, values: Mapping[str, float], goal: float) -> Figure:
    return Figure(name, min(values.values()), goal, _both(values), is_floor=True)


def _figures(
    cities: Mapping[str, City],
    small: Mapping[str, City],
    bare_per_s: Mapping[str, float],
    extracts: Mapping[str, Mapping[str, float]],
) -> list[Figure]:
    sides = _Sides(cities)
    speed = sides.of("import_per_s")
    ratios = {name: bare_per_s[name] / per_s for name, per_s in speed.items()}
    memory = {name: told["rss_mb"] for name, told in extracts.items()}
    out = "; cameras/s " + _both({name: told["cameras"] / told["seconds"] for name, told in extracts.items()})
    worst = "; ".join(["", *(f"{name} {city.page.worst}" for name, city in cities.items())])
    floors = {"import_postgres_per_s": ("PostgreSQL", 8000), "import_sqlite_per_s": ("SQLite", 6000)}
    imports = [
        Figure(figure, speed[name], goal, f"bare: {bare_per_s[name]:,.0f}", is_floor=True)
        for figure, (name, goal) in floors.items()
    ]
    return [
        *imports,
        _least("create_per_s", sides.of("create_per_s"), 500),
        _most("get_p99_ms", sides.p99("get"), 2, sides.p50("get")),
        _most("page_1m_p99_ms", sides.p99("page"), 20, sides.p50("page") + worst),
        _most("polygon_1m_ms", sides.of("polygon_ms"), 50),
        _most("facets_1m_p99_ms", sides.p99("facets"), 200),
        _most("import_ratio_to_bare", ratios, None),
        _most("export_rss_mb", memory, 300, out),
        _most("get_cost_ratio_1m_1k", sides.ratio("get_cpu_us", small), 1.5),
        _most("page_cost_ratio_1m_1k", sides.ratio("camera_cpu_us", small), 1.5),
        _least("health_reports_per_core_minute", sides.of("heard_per_minute"), 1_000_000),
    ]


if __name__ == "__main__":
    main()
