"""A function fits on a screen. Tests are stories and may be longer."""

from __future__ import annotations

import ast

from tests.architecture import ROOT, own_files, text_of

LONG_FUNCTION = 40


def long_functions(text: str) -> dict[str, int]:
    """The functions of a module that are longer, with their lines; those inside them count with them."""
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    lines = {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in found}
    return {name: count for name, count in lines.items() if count > LONG_FUNCTION}


def test_no_function_is_longer_than_a_screen() -> None:
    own = [path for path in own_files(".py", under="src/siegel") if not {"tests", "migrations"} & {*path.parts}]
    assert len(own) > 200
    found = {str(path.relative_to(ROOT)): hits for path in own if (hits := long_functions(text_of(path)))}
    assert not found


def test_a_function_that_is_longer_is_found() -> None:
    body = "    x = 1\n" * LONG_FUNCTION
    inner = "        x = 1\n" * LONG_FUNCTION
    assert long_functions(f"def f():\n{body}") == {"f": LONG_FUNCTION + 1}
    assert long_functions(f"class A:\n    async def g(\n        self\n    ):\n{inner}") == {"g": LONG_FUNCTION + 3}
    assert not long_functions("def f():\n" + "    x = 1\n" * (LONG_FUNCTION - 1))
