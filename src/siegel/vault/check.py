"""The virus scan of uploads: asks the scanner process, verifies its signed verdicts, draws the consequences.

clean            kept with the upload, which may now be committed
not_scannable    the same, where the firm holds such files until somebody releases them; else as
infected         staging is deleted at once, the log keeps the fact
failed           nothing happens to the upload; it may be checked again
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siegel.keys import scanner
from siegel.keys.errors import KeysError, ScannerRefusedError, ScannerSilentError
from siegel.keys.queries import scanners_of
from siegel.lib.merkle import root_from_leaves
from siegel.seals.canonical import Json, b64
from siegel.seals.documents import Verdict
from siegel.seals.errors import IntegrityError
from siegel.seals.scanning import verify_verdict
from siegel.seals.signed import Signed
from siegel.vault import queries, staging
from siegel.vault.actions import uploads as actions
from siegel.vault.errors import VaultError
from siegel.vault.models import Upload
from siegel.vault.settings import settings_of

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.seals.certificates import CertificateStore

PARALLEL = 4
TIMEOUT_S = 60.0
TIMEOUT_BYTES_PER_S = 4 << 20
# So many small uploads go over one line to the scanner: to call for each of them takes as long as to scan it.
GROUP = 25
GROUP_UPLOAD_BYTES = 1 << 20
GROUP_HEADER_BYTES = 2 << 10
KEY_GONE = "scanner_key_gone"
NO_SCANNER = "no_scanner"
# What the scanner says of an upload it cannot judge; everything else is no statement about the upload.
UNJUDGED = {
    "payload_hash_mismatch": "payload_differs",
    "payload_invalid": "payload_differs",
    "commitment_mismatch": "header_invalid",
    "header_invalid": "header_invalid",
    "too_large": "scan_too_large",
}


@dataclass(frozen=True)
class Item:
    """What an author says about an upload. `payload_hash` and `commitment` are b64."""

    upload: str
    payload_hash: str
    commitment: str
    scanner_header: bytes


@dataclass(frozen=True)
class Outcome:
    """`code` is None when the upload may be committed; there is a verdict whenever the scanner gave one."""

    upload: str
    verdict: Signed | None = None
    code: str | None = None


@dataclass(frozen=True)
class _Job:
    upload: Upload
    item: Item
    leaves: bytes

    @property
    def is_small(self) -> bool:
        return self.upload.length <= GROUP_UPLOAD_BYTES and len(self.item.scanner_header) <= GROUP_HEADER_BYTES


def check_uploads(*, by: "Person", vault_id: str, items: Sequence[Item]) -> list[Outcome]:
    """An outcome per item, in order. An upload that was found clean before gives the same verdict again.

    BaseError `not_found`; KeysError `no_scanner` (503) while the scanner cannot be reached or has no clamd; VaultError
    `scanner_key_gone` (409): then the others are judged all the same, and the author makes new scanner headers for
    those that are not.
    """
    queries.require_writer(by, vault_id)
    uploads = queries.uploads_into(by, vault_id, [item.upload for item in items])
    ready = {item.upload: _prepare(uploads[item.upload], item) for item in items}
    jobs = [job for job in ready.values() if isinstance(job, _Job)]
    with ThreadPoolExecutor(PARALLEL) as pool:
        asked = list(pool.map(lambda group: _ask(by.tenant_id, group), _groups(jobs)))
    judged = _draw_consequences(by, [answer for answers in asked for answer in answers])
    if any(outcome.code == KEY_GONE for outcome in judged.values()):
        raise VaultError(KEY_GONE, status=409)
    if any(outcome.code == NO_SCANNER for outcome in judged.values()):
        raise KeysError(NO_SCANNER, status=503)
    return [job if isinstance(job, Outcome) else judged[name] for name, job in ready.items()]


def _prepare(upload: Upload, item: Item) -> _Job | Outcome:
    """What is left to be scanned, or what is known without the scanner."""
    if upload.verdict_bytes is not None and upload.verdict_sig is not None:
        if (item.payload_hash, item.commitment) != (upload.payload_hash, upload.commitment):
            return Outcome(upload.id, code="payload_differs")
        return Outcome(upload.id, verdict=Signed(bytes(upload.verdict_bytes), bytes(upload.verdict_sig)))
    if staging.arrived(upload.id) != upload.length:
        return Outcome(upload.id, code="upload_incomplete")
    leaves = staging.leaves(upload.id)
    if b64(root_from_leaves(leaves)) != item.payload_hash:
        return Outcome(upload.id, code="payload_differs")
    return _Job(upload, item, b"".join(leaves))


def _groups(jobs: Sequence[_Job]) -> list[list[_Job]]:
    """Small uploads together, spread over the threads; others alone."""
    small = [job for job in jobs if job.is_small]
    size = min(GROUP, -(-len(small) // PARALLEL))
    groups = [small[at : at + size] for at in range(0, len(small), size or 1)]
    return [*groups, *([job] for job in jobs if not job.is_small)]


def _ask(firm: str, jobs: Sequence[_Job]) -> list[tuple[_Job, Signed | str]]:
    """The scanner's verdicts, not verified yet, or codes of why there is none. Runs in a thread without database.

    When the line breaks, those without an answer are asked for one by one: only one of them broke it.
    """
    timeout_s = TIMEOUT_S + max(job.upload.length for job in jobs) / TIMEOUT_BYTES_PER_S
    answers = scanner.ask_each([_request(firm, job) for job in jobs], timeout_s=timeout_s)
    found: list[tuple[_Job, Signed | str]] = []
    for job, answer in zip(jobs, answers, strict=True):
        if len(jobs) > 1 and isinstance(answer, ScannerSilentError) and not isinstance(answer, ScannerRefusedError):
            found += _ask(firm, [job])
        else:
            found.append((job, _heard(answer)))
    return found


def _request(firm: str, job: _Job) -> dict[str, Json]:
    return {
        "op": "check",
        "firm": firm,
        "path": str(staging.path_of(job.upload.id)),
        "payload_hash": job.item.payload_hash,
        "commitment": job.item.commitment,
        "scanner_header": b64(job.item.scanner_header),
    }


def _heard(answer: scanner.Answer) -> Signed | str:
    if isinstance(answer, ScannerRefusedError):
        return KEY_GONE if answer.code == KEY_GONE else UNJUDGED.get(answer.code, "scan_failed")
    if isinstance(answer, ScannerSilentError):
        return "scan_failed"
    try:
        return Signed.from_wire(answer.get("verdict"))
    except IntegrityError:
        return "scan_failed"


def _draw_consequences(by: "Person", asked: Sequence[tuple[_Job, Signed | str]]) -> dict[str, Outcome]:
    store = scanners_of(by.tenant) if asked else None
    kept = ("clean", "not_scannable") if settings_of(by.tenant_id).hold_unscannable else ("clean",)
    outcomes: dict[str, Outcome] = {}
    clean = []
    for job, answer in asked:
        verdict = _verified(by.tenant_id, job, answer, store) if store else None
        if isinstance(answer, str) or verdict is None:
            code = answer if isinstance(answer, str) else "scan_failed"
            outcomes[job.upload.id] = Outcome(job.upload.id, code=code)
        elif verdict.result in kept:
            clean.append(_cleared(job, answer))
            outcomes[job.upload.id] = Outcome(job.upload.id, verdict=answer)
        else:
            if verdict.result != "failed":
                actions.refuse_upload(upload=job.upload, by=by, verdict=verdict)
            outcomes[job.upload.id] = Outcome(job.upload.id, verdict=answer, code=_code_of(verdict))
    actions.keep_verdicts(clean)
    return outcomes


def _verified(firm: str, job: _Job, answer: Signed | str, store: "CertificateStore") -> Verdict | None:
    """The verdict, if a scanner certified by the firm signed it for exactly this payload."""
    if isinstance(answer, str):
        return None
    try:
        return verify_verdict(answer, firm, job.item.payload_hash, job.item.commitment, store)
    except IntegrityError:
        return None


def _code_of(verdict: Verdict) -> str:
    """Of a verdict that is not clean. A scanner without clamd says nothing about the upload, but about itself."""
    if verdict.result != "failed":
        return verdict.result
    return NO_SCANNER if verdict.reason == NO_SCANNER else "scan_failed"


def _cleared(job: _Job, verdict: Signed) -> Upload:
    upload = job.upload
    upload.payload_hash, upload.commitment, upload.leaves = job.item.payload_hash, job.item.commitment, job.leaves
    upload.verdict_bytes, upload.verdict_sig = verdict.raw, verdict.sig
    return upload
