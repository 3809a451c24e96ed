import re
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import translation

from siegel.site import errors
from siegel.site.tests.conftest import SOURCE

TEMPLATES = sorted(SOURCE.glob("*/templates/**/*.html"))
NAMES = [path.relative_to(next(p for p in path.parents if p.name == "templates")).as_posix() for path in TEMPLATES]


@pytest.mark.parametrize("name", NAMES)
def test_every_template_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_no_template_needs_inline_script_style_or_a_foreign_server(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\son[a-z]+=|\sstyle=|<style|<script(?![^>]*\ssrc=)|javascript:|https?://|\|safe\b", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_every_label_belongs_to_a_field_of_its_page(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert set(re.findall(r'<label[^>]* for="([^"]+)"', text)) <= set(re.findall(r' id="([^"]+)"', text))


@pytest.mark.parametrize("status", errors.WORDINGS)
def test_every_error_page_says_what_is_with_the_data_without_bundle_and_database(status: int) -> None:
    with translation.override("de"):
        response = errors.page(RequestFactory().get("/"), status)
    assert response.status_code == status
    assert re.search(r"unverändert|nichts geändert|nichts gespeichert", response.content.decode())


def test_error_pages_are_translated() -> None:
    with translation.override("en"):
        assert "This page does not exist" in errors.page(RequestFactory().get("/"), 404).content.decode()
