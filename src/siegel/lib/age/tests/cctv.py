"""The published test vectors of the age format (C2SP/CCTV), read from the npm package `cctv-age`.

The package is a JavaScript module with each vector as a base64 literal. It is looked for in `web/node_modules`, then
where the environment variable SIEGEL_CCTV_AGE points.
"""

import base64
import os
import re
import zlib
from pathlib import Path
from typing import NamedTuple

_LITERAL = re.compile(r'^var (\w+)_default = __toBinary\("([A-Za-z0-9+/=]*)"\);$', re.MULTILINE)
_KNOWN = {"expect", "payload", "identity", "passphrase", "armored", "compressed", "file key", "comment"}


class Vector(NamedTuple):
    name: str
    expect: str
    payload_sha256: str | None
    identities: list[str]
    passphrases: list[str]
    armored: bool
    file: bytes


def package_folder() -> Path | None:
    """Where the vectors are installed, or None."""
    in_tree = Path(__file__).parents[5] / "web" / "node_modules" / "cctv-age"
    candidates = [in_tree, Path(os.environ.get("SIEGEL_CCTV_AGE", in_tree))]
    return next((c for c in candidates if (c / "index.js").is_file()), None)


def load() -> list[Vector]:
    """All vectors, or none when the package is not installed."""
    folder = package_folder()
    if folder is None:
        return []
    literals = _LITERAL.findall((folder / "index.js").read_text(encoding="ascii"))
    return [_vector(name, base64.b64decode(text)) for name, text in literals]


def _vector(name: str, content: bytes) -> Vector:
    head, _, file = content.partition(b"\n\n")
    fields = [line.partition(": ")[::2] for line in head.decode().split("\n")]
    unknown = {key for key, _ in fields} - _KNOWN
    if unknown:
        raise ValueError(f"vector {name} has unknown keys {unknown}")
    single = dict(fields)
    return Vector(
        name=name,
        expect=single["expect"],
        payload_sha256=single.get("payload"),
        identities=[value for key, value in fields if key == "identity"],
        passphrases=[value for key, value in fields if key == "passphrase"],
        armored=single.get("armored") == "yes",
        file=zlib.decompress(file) if single.get("compressed") == "zlib" else file,
    )
