import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from pytest_django import Settings

from siegel.site import bundles

MANIFEST = {
    "src/pages/vault.ts": {
        "file": "vault-1a2b3c4d.js",
        "name": "vault",
        "isEntry": True,
        "imports": ["_crypto.js", "_wire.js"],
        "dynamicImports": ["_rare.js"],
        "css": ["vault-1a2b3c4d.css"],
    },
    "src/pages/shell.ts": {"file": "shell-1a2b3c4d.js", "isEntry": True},
    "_crypto.js": {"file": "crypto-1a2b3c4d.js", "imports": ["_bytes.js"]},
    "_wire.js": {"file": "wire-1a2b3c4d.js", "imports": ["_bytes.js"], "css": ["wire-1a2b3c4d.css"]},
    "_bytes.js": {"file": "bytes-1a2b3c4d.js", "imports": ["_crypto.js"]},
    "_rare.js": {"file": "rare-1a2b3c4d.js", "isDynamicEntry": True},
}


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(MANIFEST))
    settings.BUNDLE_DIR = tmp_path
    bundles.entry.cache_clear()
    yield tmp_path
    bundles.entry.cache_clear()


def test_an_entry_brings_everything_it_imports_once(folder: Path) -> None:
    entry = bundles.entry(folder, "vault")
    assert entry.script == "vault-1a2b3c4d.js"
    assert entry.imports == ("crypto-1a2b3c4d.js", "wire-1a2b3c4d.js", "bytes-1a2b3c4d.js")
    assert entry.styles == ("vault-1a2b3c4d.css", "wire-1a2b3c4d.css")


def test_an_entry_without_a_name_is_found_by_its_file(folder: Path) -> None:
    assert bundles.entry(folder, "shell").script == "shell-1a2b3c4d.js"


def test_an_unknown_entry_names_the_build_command(folder: Path) -> None:
    with pytest.raises(bundles.BundleError, match=r"no entry 'nothing'.*npm --prefix web run build"):
        bundles.entry(folder, "nothing")


def test_a_bundle_that_was_not_built_names_the_build_command(tmp_path: Path) -> None:
    with pytest.raises(bundles.BundleError, match=r"not built.*npm --prefix web run build"):
        bundles.entry(tmp_path / "nowhere", "vault")


@pytest.mark.parametrize(
    ("tag", "uses_keys"), [('{% bundle "shell" %}', False), ('{% bundle "vault" keys=True %}', True)]
)
def test_only_key_pages_ask_for_the_wider_policy(folder: Path, tag: str, uses_keys: bool) -> None:
    request = RequestFactory().get("/")
    html = Template("{% load siegel %}" + tag).render(Context({"request": request}))
    assert getattr(request, "uses_keys", False) is uses_keys
    assert html.count('<script type="module" src="/static/bundle/') == 1


def test_the_tag_preloads_chunks_and_links_styles(folder: Path) -> None:
    request = RequestFactory().get("/")
    html = Template('{% load siegel %}{% bundle "vault" keys=True %}').render(Context({"request": request}))
    assert html.count('<link rel="modulepreload" href="/static/bundle/') == 3
    assert '<link rel="stylesheet" href="/static/bundle/vault-1a2b3c4d.css">' in html
