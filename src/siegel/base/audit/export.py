"""For an auditor: one zip with the whole log in C2SP formats, a program that checks it without Siegel, and a PDF."""

import json
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from siegel.base.audit import checkpoints, provider, sequencer, tree
from siegel.base.audit.stamping import stamps_of
from siegel.base.audit.verification import BATCH
from siegel.base.models import AuditBeginning, AuditCheckpoint, AuditEntry, AuditWitness, Tenant
from siegel.base.queries import AuditFilter
from siegel.lib import tlog
from siegel.seals.canonical import b64


class UnsignedError(Exception):
    """No head of this log was ever signed, so there is nothing to hold its entries against."""


def write_export(tenant: Tenant, out: Path, *, within: AuditFilter | None = None) -> int:
    """Writes the log up to its newest checkpoint; how many entries that is. Memory does not grow with the log.

    `within`: the period of the PDF, which holds so many of its newest entries as `report` allows. UnsignedError. `out`
    has its name only when it is complete.
    """
    sequencer.catch_up(tenant.pk)
    checkpoints.sign_quietly(tenant.pk)
    newest = checkpoints.newest(tenant.pk)
    if newest is None:
        raise UnsignedError
    draft = out.with_name(f".{out.name}.part")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, content in _files(tenant, newest):
                archive.writestr(name, content)
            with archive.open("parts.jsonl", "w") as parts:
                for line in _parts(tenant.pk, newest.size):
                    parts.write(line)
            from siegel.base.audit.report import write_report  # 30 MB that a server without exports need not hold

            with NamedTemporaryFile(suffix=".pdf") as file:
                head = tlog.Checkpoint.parse(tlog.Note.parse(bytes(newest.note)).text).root.hex()[:16]
                write_report(tenant, Path(file.name), size=newest.size, head=head, within=within)
                archive.write(file.name, "protokoll.pdf")
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    return newest.size


def _files(tenant: Tenant, newest: AuditCheckpoint) -> Iterator[tuple[str, bytes]]:
    published = checkpoints.log_of(tenant.pk)
    witnesses = [{"name": one.name, "key": one.vkey} for one in AuditWitness.objects.filter(tenant=tenant)]
    begun = list(AuditBeginning.objects.filter(tenant=tenant).order_by("pk"))
    facts: dict[str, Any] = {
        "before": [one.before for one in begun],
        "earlier": [key for key in _certified_keys(tenant.pk) if key != published.vkey],
        "firm": tenant.name,
        "key": published.vkey,
        "origin": published.origin,
        "size": newest.size,
        "witnesses": witnesses,
    }
    yield "log.json", json.dumps(facts, ensure_ascii=False, indent=1).encode()
    for name in ("verify.py", "README.txt", "LIESMICH.txt"):
        yield name, files("siegel.base.audit").joinpath("auditor", name).read_bytes()
    yield "checkpoint", checkpoints.note_of(newest).encode()
    for number, beginning in enumerate(begun, 1):
        yield f"openings/{number}", bytes(beginning.note)
    for one in AuditCheckpoint.objects.filter(tenant=tenant, size__lte=newest.size).order_by("size").iterator(BATCH):
        yield f"checkpoints/{one.size}", checkpoints.note_of(one).encode()
    for stamp in stamps_of(tenant.pk):
        if stamp.checkpoint.size <= newest.size:
            yield f"timestamps/{stamp.checkpoint.size}.tsr", bytes(stamp.answer)
            yield f"timestamps/{stamp.checkpoint.size}.txt", checkpoints.note_of(stamp.checkpoint).text.encode()
    yield "certificates.jsonl", _certificates(tenant.pk)
    yield from _noted(tenant.pk, newest.size)
    read = tree.reader(tenant.pk)
    for tile in tlog.tiles_of_tree(newest.size):
        yield tile.path(), tlog.read_tile(tile, read)
        if tile.level == 0:
            bundle = tlog.Tile(tlog.ENTRIES, tile.index, tile.width)
            yield bundle.path(), tlog.write_bundle(_leaves(tenant.pk, tile.index * tlog.TILE_WIDTH, tile.width))


def _noted(tenant_id: str, size: int) -> Iterator[tuple[str, bytes]]:
    """That the provider's log names this log's head: what a rebuilt log would need rebuilt besides."""
    if (found := provider.noted_proof(tenant_id, size)) is not None:
        noted, proof = found
        yield f"provider/{noted.size}.tlog-proof", proof.encode()


def _certificates(tenant_id: str) -> bytes:
    """By which owners certified the log's keys, up to the firm's root."""
    documents: list[dict[str, str]] = import_string(settings.LOG_CERTIFICATES)(tenant_id)
    return b"".join(json.dumps(one).encode() + b"\n" for one in documents)


def _certified_keys(tenant_id: str) -> list[str]:
    """What owners certified as the log's key, the oldest first."""
    keys: list[str] = import_string(settings.LOG_VERIFIERS)(tenant_id)
    return keys


def _leaves(tenant_id: str, first: int, count: int) -> list[bytes]:
    entries = AuditEntry.objects.filter(tenant=tenant_id, index__gte=first, index__lt=first + count)
    return [bytes(leaf) for leaf in entries.order_by("index").values_list("leaf", flat=True)]


def _parts(tenant_id: str, size: int) -> Iterator[bytes]:
    """Who, what and address of every entry, with the salt of its commitment; null where it was erased."""
    for first in range(0, size, BATCH):
        entries = AuditEntry.objects.filter(tenant=tenant_id, index__gte=first, index__lt=min(first + BATCH, size))
        for index, personal, salt in entries.order_by("index").values_list("index", "personal", "salt"):
            is_erased = not personal and not salt
            part = {
                "index": index,
                "personal": None if is_erased else b64(bytes(personal)),
                "salt": None if is_erased else b64(bytes(salt)),
            }
            yield json.dumps(part).encode() + b"\n"
