"""Shape: sizes, names, docstrings, no modes."""

import ast
import re

from tests.house.tree import Source, sources

BANNED = {"utils", "util", "common", "helpers", "helper", "manager", "base", "misc"}
FILE_LINES, FUNCTION_LINES, PARAMETERS = 300, 40, 5


def functions(source: Source) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [n for n in ast.walk(source.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_files_are_small() -> None:
    assert not {s.path: n for s in sources() if (n := s.text.count("\n")) > FILE_LINES}


def test_functions_are_small() -> None:
    large = {
        f"{source.path}:{function.name}": lines
        for source in sources("services", "cli", "demo", "bench")
        for function in functions(source)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
        and function.name != "app"  # where everything is named once
        and "/migrations/" not in source.path  # a migration is one list
    }
    assert not large


def test_more_than_five_parameters_become_a_dataclass() -> None:
    wide = {
        f"{source.path}:{function.name}": names
        for source in sources("services", "cli", "demo", "bench")
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
    assert not wide


def test_every_module_says_what_it_owns() -> None:
    assert not [s.path for s in sources() if s.text.strip() and len(ast.get_docstring(s.tree) or "") < 10]


def test_no_name_that_says_nothing() -> None:
    assert not [s.path for s in sources() if BANNED & set(s.path.removesuffix(".py").split("/"))]


def test_modes_are_data() -> None:
    pattern = re.compile(r"if .*\bmode\b\s*==|all_in_one|single_node")
    assert not [s.path for s in sources("services", "cli") if pattern.search(s.text)]


def test_tests_wait_for_states_not_for_time() -> None:
    sleepers = [
        source.path
        for source in sources("tests")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "sleep"
        if not isinstance(node.args[0], ast.Constant) or node.args[0].value >= 0.1  # shorter is a turn of polling
    ]
    assert not sleepers, "use tests.eventually or a manual clock"
