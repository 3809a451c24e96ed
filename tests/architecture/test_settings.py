"""Settings: each is documented, and the checkers know them."""

from __future__ import annotations

import re
import tomllib

from tests.architecture import ROOT, own_files, text_of

NAME = re.compile(r"\bSIEGEL_[A-Z0-9]+(?:_[A-Z0-9]+)*\b")


def names_in(folder: str) -> set[str]:
    """Settings that the code in `folder` reads; its tests may name others."""
    files = (path for path in own_files(".py", under=folder) if "tests" not in path.parts)
    return {name for path in files for name in NAME.findall(text_of(path))}


def test_every_setting_of_the_server_is_documented() -> None:
    names = names_in("src/siegel/site")
    assert names
    documented = set(NAME.findall(text_of(ROOT / "docs/operations.md")))
    assert not names - documented


def test_every_documented_setting_exists() -> None:
    page = ROOT / "docs/operations.md"
    used = names_in("src")
    documented = set(NAME.findall(text_of(page)))
    assert not [name for name in documented if not {name, name.removesuffix("_FILE")} & used]


def test_the_checkers_know_the_settings() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    assert tools["mypy"].get("plugins") == ["mypy_django_plugin.main"]
    assert tools["django-stubs"]["django_settings_module"] == "tests.settings"
    assert tools["pytest"]["ini_options"]["DJANGO_SETTINGS_MODULE"] == "tests.settings"
