"""Rules about the source itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def own_files(*suffixes: str, under: str = ".") -> Iterator[Path]:
    """Every file of the project, committed or about to be; with `suffixes`, those that end so."""
    # safe.directory: the checkout may belong to another user, as it does in a container.
    git = ("git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard", under)
    listed = subprocess.run(git, cwd=ROOT, capture_output=True, check=True).stdout
    for name in sorted(filter(None, set(os.fsdecode(listed).split("\0")))):
        path = ROOT / name
        if path.is_file() and (not suffixes or path.suffix in suffixes):
            yield path


def text_of(path: Path) -> str:
    """A file's text; of a picture and the like, what is readable in it."""
    return path.read_text("utf-8", errors="replace")
