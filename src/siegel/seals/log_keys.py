"""The key of a firm's log as its owner certified it (docs/formats.md 11): heads need no belief in the server then.

Its certificate is of kind `service`, and its subject says that it is the log's: no other key of a machine has that
one, so neither the server's own key nor the scanner's can sign a log. `web/src/seals/log_keys.ts` is the same.
"""

from hashlib import sha256
from typing import Literal

from siegel.lib import tlog
from siegel.seals.canonical import b64
from siegel.seals.derive import PublicKeys
from siegel.seals.ids import ID_SIZE
from siegel.seals.known import Known
from siegel.seals.registry import Registry

Standing = Literal["certified", "uncertified", "other", "revoked"]
_LABEL = b"siegel-log-key@v1\n"


def log_subject(firm: str) -> str:
    """The subject of the certificates of a firm's log keys."""
    return b64(sha256(_LABEL + firm.encode()).digest()[:ID_SIZE])


def log_kid(key: tlog.VerifierKey) -> str:
    """The key id under which a log's key is certified."""
    return PublicKeys(b64(key.public_key), None).kid


def log_keys(store: Registry, firm: str) -> list[Known]:
    """The certificates of all keys of the firm's log, in force or not."""
    subject = log_subject(firm)
    return [known for known in store if known.certificate.kind == "service" and known.certificate.subject == subject]


def standing_of(store: Registry, firm: str, key: tlog.VerifierKey) -> Standing:
    """`other`: not this key is certified for the log, but another one in force is."""
    kid, known = log_kid(key), log_keys(store, firm)
    if store.revoked(kid):
        return "revoked"
    in_force = {one.kid for one in known if store.in_force(one.kid)}
    if kid in in_force:
        return "certified"
    return "other" if in_force else "uncertified"
