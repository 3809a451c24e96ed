"""Which files vite made for an entry of the web bundle, read from its manifest.

BundleError   (code "bundle"): not built, or no such entry
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

BUILD_COMMAND = "npm --prefix web ci && npm --prefix web run build"


class BundleError(Exception):
    code = "bundle"


@dataclass(frozen=True)
class Entry:
    """Paths relative to the bundle's folder: the module itself, what it imports, its style sheets."""

    script: str
    imports: tuple[str, ...]
    styles: tuple[str, ...]


@cache
def entry(folder: Path, name: str) -> Entry:
    """The entry whose source file is called `name`. Cached: the bundle does not change while the server runs."""
    manifest = _manifest(folder)
    for key, chunk in manifest.items():
        if chunk.get("isEntry") and (chunk.get("name") == name or Path(key).stem == name):
            keys = _reachable(manifest, key)
            return Entry(
                script=chunk["file"],
                imports=tuple(manifest[k]["file"] for k in keys[1:]),
                styles=tuple(css for k in keys for css in manifest[k].get("css", [])),
            )
    raise BundleError(f"the web bundle has no entry {name!r}; build it anew: {BUILD_COMMAND}")


def _manifest(folder: Path) -> dict[str, dict[str, Any]]:
    for path in (folder / ".vite" / "manifest.json", folder / "manifest.json"):
        if path.is_file():
            manifest: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
            return manifest
    raise BundleError(f"the web bundle is not built; run: {BUILD_COMMAND}")


def _reachable(manifest: dict[str, dict[str, Any]], first: str) -> list[str]:
    """`first` and every chunk it imports statically, each once, in the order in which they are met."""
    found = [first]
    for key in found:
        found += [imported for imported in manifest[key].get("imports", []) if imported not in found]
    return found
