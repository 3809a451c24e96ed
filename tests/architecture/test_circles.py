"""No two modules need each other, be it for types alone or only inside a function: what both need lies below them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath

import pytest

from tests.architecture import ROOT, own_files, text_of

TS_IMPORT = re.compile(r"""(?:^|\n)\s*(?:import|export)\s(?:[^;"']*?\sfrom\s+)?"(\.[^"]*)\"|\bimport\("(\.[^"]*)"\)""")


def python_imports(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """By module what it imports of the others; `sources` by dotted name."""
    found = {}
    for name, text in sources.items():
        nodes = list(ast.walk(ast.parse(text)))
        named = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
        for node in nodes:
            if isinstance(node, ast.ImportFrom):
                module = _module(node, name, sources)
                inner = [f"{module}.{alias.name}" for alias in node.names]
                named += [one if one in sources else module for one in inner]
        found[name] = {one for one in named if one in sources and one != name}
    return found


def _module(node: ast.ImportFrom, name: str, others: Iterable[str]) -> str:
    """What `node` imports from in the module `name`, without dots before it."""
    if not node.level:
        return str(node.module)
    is_package = any(one.startswith(f"{name}.") for one in others)
    above = name.split(".")[: (1 if is_package else 0) - node.level or None]
    return ".".join([*above, *filter(None, [node.module])])


def typescript_imports(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """By file, as `seals/chain.ts`, what it imports of the others."""
    found = {}
    for name, text in sources.items():
        folder = PurePosixPath(name).parent
        named = {_joined(folder, first or second) for first, second in TS_IMPORT.findall(text)}
        found[name] = {one for at in named for one in (f"{at}.ts", f"{at}/index.ts") if one in sources}
    return found


def _joined(folder: PurePosixPath, relative: str) -> str:
    parts = list(folder.parts)
    for part in relative.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def circle(imports: Mapping[str, Iterable[str]]) -> list[str]:
    """The modules of one circle, the first again at the end; empty if there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")


def test_no_modules_of_python_import_each_other_in_a_circle() -> None:
    found = python_imports({dotted(path): text_of(path) for path in own_files(".py", under="src/siegel")})
    assert sum(map(len, found.values())) > 1000
    assert not circle(found)


def test_no_files_of_typescript_import_each_other_in_a_circle() -> None:
    source = ROOT / "web/src"
    found = typescript_imports(
        {path.relative_to(source).as_posix(): text_of(path) for path in own_files(".ts", under="web/src")}
    )
    assert sum(map(len, found.values())) > 1000
    assert not circle(found)


@pytest.mark.parametrize(
    "back",
    [
        "import siegel.a",
        "from siegel import a",
        "from . import a",
        "from .a import x",
        "def f():\n    from siegel.a import x",
        "if X:\n    from siegel.a import x",
    ],
)
def test_a_circle_of_python_is_found(back: str) -> None:
    sources = {"siegel": "", "siegel.a": "from siegel.b import y", "siegel.b": "import siegel.c", "siegel.c": back}
    assert set(circle(python_imports(sources))) == {"siegel.a", "siegel.b", "siegel.c"}


@pytest.mark.parametrize(
    "back",
    [
        'import { x } from "../a";',
        'import type { X } from "../a";',
        'import {\n  type X,\n  y,\n} from "../a";',
        'export type { X } from "../a";',
        'import "../a";',
        'const a = await import("../a");',
    ],
)
def test_a_circle_of_typescript_is_found(back: str) -> None:
    sources = {"a.ts": '/** A. */\n\nimport { b } from "./b";\n', "b/index.ts": 'import "./c";', "b/c.ts": back}
    assert set(circle(typescript_imports(sources))) == {"a.ts", "b/index.ts", "b/c.ts"}
