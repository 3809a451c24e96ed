"""Templates, scripts and the style sheet speak of the same hooks, attributes and classes (docs/architecture.md)."""

from __future__ import annotations

import re

from tests.architecture import own_files, text_of

_ATTRIBUTE = re.compile(r"(?<![\w-])data-[a-z][a-z-]*")
# In a selector `[data-x-${name}]` the attribute is known by its beginning only.
_SOUGHT = re.compile(r"\[(data-[a-z][a-z-]*)(\$\{)?")
_BY_SCRIPT = re.compile(r"""dataset(?:\.|\[")(\w+)""")


def text_under(folder: str, *suffixes: str) -> str:
    files = (path for path in own_files(*suffixes, under=folder) if not {"vendor", "tests"} & {*path.parts})
    return "\n".join(text_of(path) for path in files)


TEMPLATES = text_under("src", ".html")
SCRIPTS = text_under("web/src", ".ts") + text_under("src/siegel/site/static/siegel", ".js")
STYLES = text_under("src/siegel/site/static/siegel", ".css") + text_under("web/src", ".css")


def with_hyphens(name: str) -> str:
    """`sessionLeft` of a script is `data-session-left` of a template."""
    return "data-" + re.sub(r"[A-Z]", lambda letter: f"-{letter[0].lower()}", name)


def test_what_a_script_looks_for_stands_somewhere() -> None:
    """A text that is written into an element that is not there is shown to nobody, and nothing fails."""
    written = {with_hyphens(name) for name in _BY_SCRIPT.findall(SCRIPTS)}
    there = {*_ATTRIBUTE.findall(TEMPLATES), *written}
    sought = {name for name, goes_on in _SOUGHT.findall(SCRIPTS) if not goes_on}
    assert len(sought) > 100
    assert not sought - there
