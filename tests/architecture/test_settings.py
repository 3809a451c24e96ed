"""Settings: each is documented, and the checkers know them."""

from __future__ import annotations

import re
import tomllib

from tests.architecture import ROOT, SETTINGS, own_files, require, text_of

NAME = re.compile(r"\bSIEGEL_[A-Z0-9]+(?:_[A-Z0-9]+)*\b")


def test_every_setting_is_documented() -> None:
    require(SETTINGS)
    names = set(NAME.findall(text_of(SETTINGS)))
    assert names
    assert not names - set(NAME.findall(text_of(ROOT / "docs/operations.md")))


def test_every_documented_setting_exists() -> None:
    page = ROOT / "docs/operations.md"
    require(page)
    used = {name for path in own_files(".py", under="src") for name in NAME.findall(text_of(path))}
    documented = set(NAME.findall(text_of(page)))
    assert not [name for name in documented if not {name, name.removesuffix("_FILE")} & used]


def test_the_checkers_know_the_settings() -> None:
    require(SETTINGS)
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    assert tools["mypy"].get("plugins") == ["mypy_django_plugin.main"]
    assert tools["django-stubs"]["django_settings_module"] == "siegel.site.settings"
    assert tools["pytest"]["ini_options"]["DJANGO_SETTINGS_MODULE"] == "siegel.site.settings"
