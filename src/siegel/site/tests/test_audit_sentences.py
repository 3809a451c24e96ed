"""Every kind of audit entry that a room records has its sentence on the face, and no sentence waits for nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from siegel.site.tests.conftest import SOURCE
from siegel.site.words import AUDIT

ROOMS = ("base", "accounts", "firms", "keys", "vault", "desk")
# Kinds are written as one word, the room and what happened, wherever they are chosen: `"vault.version_added"`.
KIND = re.compile(rf"({'|'.join(ROOMS)})\.[a-z_]+")


def test_every_kind_of_entry_has_a_sentence_and_every_sentence_a_kind() -> None:
    kinds = {text for room in ROOMS for text in _texts(SOURCE / room) if KIND.fullmatch(text)}
    assert kinds == AUDIT.keys()


def test_a_kind_is_nothing_but_a_text_in_the_source() -> None:
    """A kind put together from parts would escape the comparison."""
    recorded = [call.args[0] for room in ROOMS for call in _recordings(SOURCE / room)]
    assert recorded
    assert not [ast.unparse(kind) for kind in recorded if isinstance(kind, ast.JoinedStr | ast.BinOp)]


def _trees(room: Path) -> Iterator[ast.Module]:
    for path in room.rglob("*.py"):
        if not {"tests", "migrations"} & set(path.parts):
            yield ast.parse(path.read_text("utf-8"))


def _texts(room: Path) -> Iterator[str]:
    for tree in _trees(room):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def _recordings(room: Path) -> Iterator[ast.Call]:
    for tree in _trees(room):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                yield node
