"""Which files this server gives to browsers: in every firm's log, by their hashes, whenever they have changed.

The list is of the collected static files, which are the same for the same sources. Whoever builds a release offline
prints it with `siegel-server release`, signs it, and lays the signature beside: `release.sig` in the folder of data.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from siegel.base import audit
from siegel.base.actions import action
from siegel.base.models import AuditRelease, Tenant
from siegel.seals.canonical import b64
from siegel.seals.release import write_release

# Compressed copies are fetched under the name of their file and compared by what comes out; no page loads the last one.
_NOT_LISTED = (".gz", ".br", "staticfiles.json")
MAX_SIGNATURE_BYTES = 4096


@cache
def served() -> bytes:
    """The document about the files that are served. Cached: they do not change while the server runs."""
    return listed(settings.STATIC_ROOT)


def listed(folder: Path) -> bytes:
    """The document about the files of a folder."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.endswith(_NOT_LISTED))
    return write_release({path.relative_to(folder).as_posix(): _hash(path) for path in paths})


def signature() -> str | None:
    """The release key's, if one lies there; whether it fits is for others to say."""
    try:
        with (settings.DATA / "release.sig").open(encoding="ascii") as file:
            return file.read(MAX_SIGNATURE_BYTES)
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def note_served() -> None:
    """For the timetable, and so at the start of a worker: an entry in every log that does not know what is served."""
    digest = sha256(served()).digest()
    known = dict(AuditRelease.objects.values_list("tenant", "digest"))
    for tenant in Tenant.objects.order_by("pk"):
        if bytes(known.get(tenant.pk, b"")) != digest:
            note_release(tenant=tenant, digest=digest)


@action
def note_release(*, tenant: Tenant, digest: bytes) -> None:
    """The log knows from now on that this is served."""
    audit.in_turn(tenant)
    entry = audit.record("base.release_served", tenant=tenant, about={"release": b64(digest)})
    AuditRelease.objects.update_or_create(tenant=tenant, defaults={"digest": digest, "index": entry.index})


def _hash(path: Path) -> bytes:
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.digest()
