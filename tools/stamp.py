"""Work that is done once for the same inputs: the product carries a stamp of what it was made from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

STAMP = ".made-from"
UNSTAMPED = {"node_modules", "dist", "__pycache__"}
"""Folders inside an input folder that are made, not written."""


def fingerprint(*inputs: Path | str) -> str:
    """SHA-256 (hex) over texts, files and whole folders, by name and content, in a fixed order."""
    digest = hashlib.sha256()
    for part in inputs:
        entries = _files(part) if isinstance(part, Path) else [(part, b"")]
        for name, content in entries:
            digest.update(f"{len(name)}:{name}:{len(content)}:".encode())
            digest.update(content)
    return digest.hexdigest()


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_file():
        yield path.name, path.read_bytes()
        return
    for entry in sorted(path.iterdir()):
        if entry.is_dir() and entry.name in UNSTAMPED:
            continue
        for name, content in _files(entry):
            yield f"{path.name}/{name}", content


def read_stamp(product: Path) -> str:
    """What the folder `product` was made from; empty if it does not exist or was never finished."""
    try:
        return (product / STAMP).read_text("ascii")
    except FileNotFoundError:
        return ""


def make_once(product: Path, stamp: str, make: Callable[[], None]) -> None:
    """Call `make` unless the folder `product` carries `stamp`; it carries it afterwards.

    The stamp goes first and comes last, so an interrupted `make` is repeated; it lies inside the product, so a
    deleted product is made again.
    """
    if read_stamp(product) == stamp:
        return
    (product / STAMP).unlink(missing_ok=True)
    make()
    product.mkdir(parents=True, exist_ok=True)
    (product / STAMP).write_text(stamp, "ascii")
