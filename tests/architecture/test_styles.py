"""The style sheet has no class that nothing wears."""

from __future__ import annotations

import re

from tests.architecture.test_hooks import TEMPLATES, text_under

_COMMENT_OR_URL = re.compile(r"/\*.*?\*/|url\([^)]*\)", re.S)
_SELECTOR = re.compile(r"([^{}]+)\{")
_CLASS = re.compile(r"\.([a-z][\w-]*)", re.I)
_WORD = re.compile(r"[\w-]+")
_TAG = re.compile(r"\{%.*?%\}", re.S)
# What an attribute or a block of classes says, and the texts of tags, which may be given on as one.
_WORN = re.compile(r"""class="([^"]*)"|_class %\}([^{]*)\{|'([\w -]+)'""")
# In a program: any text; classes are put together there from words.
_TEXT = re.compile(r'"([^"\n]*)"|`([^`]*)`')


def words_in(pattern: re.Pattern[str], text: str) -> set[str]:
    return {word for found in pattern.findall(text) for part in found for word in _WORD.findall(part)}


def test_every_class_of_the_style_sheet_is_worn_somewhere() -> None:
    sheet = _COMMENT_OR_URL.sub("", text_under("src/siegel/site/static/siegel", ".css"))
    styled = {name for selector in _SELECTOR.findall(sheet) for name in _CLASS.findall(selector)}
    programs = text_under("web/src", ".ts") + text_under("src", ".py", ".js")
    pages = _TAG.sub(lambda tag: tag[0].replace('"', "'"), TEMPLATES)
    worn = words_in(_WORN, pages) | words_in(_TEXT, programs)
    assert len(styled) > 150
    assert not sorted(styled - worn)
