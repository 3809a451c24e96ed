"""What browsers are served, as a list of files and their hashes: logged by the server, signed by an offline key.

Canonical JSON `{"files": [[path below /static/, b64 of SHA-256], …], "v": 1}`, sorted by path (docs/formats.md 4). The
signature is an SSH signature of the namespace `siegel-release@v1`, as `ssh-keygen -Y sign` makes it.
"""

import json
from collections.abc import Mapping

from siegel.lib import sshsig
from siegel.seals.canonical import JsonInput, b64, encode, unb64
from siegel.seals.errors import IntegrityError, SealError

RELEASE_KIND = "base.release_served"
NAMESPACE = "siegel-release@v1"
VERSION = 1
_HASH_SIZE = 32


def write_release(files: Mapping[str, bytes]) -> bytes:
    """The document about these paths and their SHA-256."""
    listed: list[JsonInput] = [[path, b64(digest)] for path, digest in sorted(files.items())]
    return encode({"files": listed, "v": VERSION})


def read_release(document: bytes) -> dict[str, bytes]:
    """Paths and SHA-256. IntegrityError `release_invalid` for anything but what `write_release` writes."""
    try:
        content = json.loads(document)
        files = {str(path): unb64(text) for path, text in content["files"]}
        is_whole = all(len(digest) == _HASH_SIZE for digest in files.values()) and write_release(files) == document
    except (ValueError, KeyError, TypeError, SealError) as error:
        raise IntegrityError("release_invalid", "not a list of served files") from error
    if not is_whole:
        raise IntegrityError("release_invalid", "not a list of served files")
    return files


def verify_release(document: bytes, armored: str, public_key: bytes) -> None:
    """IntegrityError `release_signature` unless the 32-byte key has signed the document."""
    try:
        sshsig.verify(sshsig.dearmor(armored), NAMESPACE, document, public_key)
    except sshsig.SignatureError as error:
        raise IntegrityError("release_signature", "the release key has not signed what is served") from error
