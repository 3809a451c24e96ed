"""The index of the decisions in docs/adr names each of them, once, as it names itself."""

from __future__ import annotations

import re

from tests.architecture import ROOT

DECISIONS = ROOT / "docs" / "adr"
_LINE = re.compile(r"^- \[(\d+)\]\(([^)]+)\) (.+)$", re.MULTILINE)


def test_the_index_names_every_decision_as_it_names_itself() -> None:
    found = {}
    for path in DECISIONS.glob("0*.md"):
        number, title = path.read_text("utf-8").splitlines()[0].removeprefix("# ").split(". ", 1)
        assert path.name.startswith(f"{int(number):04}-"), path.name
        found[path.name] = number, title
    listed = _LINE.findall((DECISIONS / "README.md").read_text("utf-8"))
    assert sorted((name, (number, title)) for number, name, title in listed) == sorted(found.items())
    assert len({number for number, _ in found.values()}) == len(found)
