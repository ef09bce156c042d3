"""`kapok cameras import` and `export`: whole files of cameras."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.arguments import form
from cli.bulk import tables
from cli.bulk.exporting import Extract, export_cameras
from cli.bulk.importing import Order, Summary, import_cameras
from cli.cameras.selection import Selection, camera_filter
from cli.invocation import Context

STDOUT = "-"
FormatOption = Annotated[str, typer.Option("--format", help="csv or ndjson; by the suffix without it.")]


def import_file(
    context: Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE")],
    table_format: FormatOption = "",
    is_dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row, write nothing.")] = False,
    is_restarted: Annotated[bool, typer.Option("--restart", help="Begin anew, not where it was cut off.")] = False,
) -> None:
    """Register the cameras of a CSV or NDJSON FILE. Faulty rows go to FILE.errors.csv; exit code 1 when there are any.

    Cut off, it goes on where it stopped: run the same command again. Rows that are registered already are left alone.
    """
    order = Order(file, tables.format_of(file, table_format), is_dry_run, is_restarted)
    summary = import_cameras(context.obj.gateway, order, context.obj.screen.line)
    if context.obj.screen.is_json:
        context.obj.screen.document(_document(summary, is_dry_run))
    else:
        for line in _sentences(summary, is_dry_run):
            context.obj.screen.line(line)
    if summary.end.faults:
        raise typer.Exit(1)


def _document(summary: Summary, is_dry_run: bool) -> dict[str, Any]:
    end = summary.end
    return {
        "created": end.created, "unchanged": end.unchanged, "faults": end.faults, "encoding": summary.encoding,
        "dryRun": is_dry_run, "resumedBehindLine": summary.resumed_line, "seconds": round(summary.seconds, 3),
        "rowsPerSecond": round(summary.rows_per_s, 1),
        "faultsFile": str(summary.faults_file) if summary.faults_file else "",
    }  # fmt: skip


def _sentences(summary: Summary, is_dry_run: bool) -> list[str]:
    end = summary.end
    verb = "would be registered" if is_dry_run else "registered"
    lines = [
        f"{end.created} {verb}, {end.unchanged} unchanged, {end.faults} with faults",
        f"{summary.rows_now} rows in {summary.seconds:.1f} s, {summary.rows_per_s:,.0f} rows/s",
    ]
    return [*lines, f"the faults: {summary.faults_file}"] if summary.faults_file else lines


@dataclass(frozen=True, kw_only=True)
class Request(Selection):
    """An extract as it is asked for."""

    file: Annotated[str, typer.Argument(metavar="FILE", help="Where to; - is stdout.")]
    table_format: FormatOption = ""
    is_for_excel: Annotated[bool, typer.Option("--excel", help="A CSV with the mark that spreadsheets need.")] = False
    is_replacing: Annotated[bool, typer.Option("--replace", help="FILE may exist.")] = False


@form
def export_file(context: Context, request: Request) -> None:
    """Write the cameras that you may know of to FILE, CSV or NDJSON. Where their pictures come from is never in it."""
    extract = _extract(request)
    count = export_cameras(context.obj.gateway, camera_filter(request), extract)
    if extract.path is None:
        return
    if context.obj.screen.is_json:
        context.obj.screen.document({"cameras": count, "file": str(extract.path)})
    context.obj.screen.line(f"{count} cameras in {extract.path}")


def _extract(request: Request) -> Extract:
    if request.file == STDOUT:
        path, table_format = None, tables.format_of(Path("-.csv"), request.table_format)
    else:
        path, table_format = Path(request.file), tables.format_of(Path(request.file), request.table_format)
        if path.exists() and not request.is_replacing:
            raise typer.BadParameter(f"{path} exists; --replace writes over it")
    if request.is_for_excel and table_format != "csv":
        raise typer.BadParameter("--excel is for CSV")
    return Extract(path, table_format, request.is_for_excel)
