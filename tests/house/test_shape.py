"""Shape: sizes, names, docstrings, no modes."""

import ast
import re

from tests.house.tree import Source, sources

BANNED = {"utils", "util", "common", "helpers", "helper", "manager", "base", "misc"}
FILE_LINES, FUNCTION_LINES, PARAMETERS = 300, 40, 5


def functions(source: Source) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [n for n in ast.walk(source.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_files_are_small() -> None:
    large = {s.path: n for s in sources() if (n := s.text.count("\n")) > FILE_LINES}
    assert not large, f"over {FILE_LINES} lines: split it by noun"


def test_functions_are_small() -> None:
    large = {
        f"{source.path}:{function.name}": lines
        for source in sources("services", "cli", "demo", "bench", "chaos")
        for function in functions(source)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
        and function.name != "app"  # where everything is named once
        and "/migrations/" not in source.path  # a migration is one list
    }
    assert not large, f"over {FUNCTION_LINES} lines: name its steps"


def test_more_than_five_parameters_become_a_dataclass() -> None:
    wide = {
        f"{source.path}:{function.name}": names
        for source in sources("services", "cli", "demo", "bench", "chaos")
        for function in functions(source)
        if len(
            names := [
                a.arg
                for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
                if a.arg not in {"self", "cls"}
            ]
        )
        > PARAMETERS + (function.name in {"refusal_entry", "__call__"})
    }
    assert not wide, "bundle what belongs together in a frozen dataclass"


def test_every_module_says_what_it_owns() -> None:
    silent = [s.path for s in sources() if s.text.strip() and len(ast.get_docstring(s.tree) or "") < 10]
    assert not silent, "open it with a docstring: what it owns, what flows through it"


def test_no_name_that_says_nothing() -> None:
    vague = [s.path for s in sources() if BANNED & set(re.split(r"[/_]", s.path.removesuffix(".py")))]
    assert not vague, "name it by a noun of docs/glossary.md"


def test_modes_are_data() -> None:
    asked = {
        f"{source.path}:{name.lineno}"
        for source in sources("services", "cli")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Match)
        for name in ast.walk(node.subject if isinstance(node, ast.Match) else node.test)
        if isinstance(name, ast.Name | ast.Attribute)
        and (name.id if isinstance(name, ast.Name) else name.attr) in {"mode", "all_in_one", "single_node"}
    }
    assert not asked, "let a URL's scheme or a dict pick the adapter"


def is_a_turn_of_polling(sleep: ast.Call) -> bool:
    """Shorter than a tenth of a second, and written as a number."""
    seconds = sleep.args[0].value if sleep.args and isinstance(sleep.args[0], ast.Constant) else None
    return isinstance(seconds, int | float) and seconds < 0.1


def test_tests_wait_for_states_not_for_time() -> None:
    sleepers = [
        f"{source.path}:{node.lineno}"
        for source in sources("tests")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        for clock, _, word in [ast.unparse(node.func).rpartition(".")]
        if word == "sleep" and not (clock == "asyncio" and is_a_turn_of_polling(node))
    ]
    assert not sleepers, "use tests.eventually or a manual clock"
