"""Scanner keys and verdicts: made by the scanner, required by every author and reader."""

from siegel.seals.certificates import CLOCK_LEEWAY_S, CertificateStore, Known
from siegel.seals.derive import Seed
from siegel.seals.documents import SCANNER_KEY_LIFE_S, Manifest, ScannerKey, Verdict
from siegel.seals.errors import IntegrityError, RefusedError
from siegel.seals.signed import Signed


def announce_scanner_key(
    seed: Seed, firm: str, recipient: str, *, now: int, life_s: int = SCANNER_KEY_LIFE_S
) -> Signed:
    """The scanner's statement that `recipient` is its key for the next `life_s` seconds (at most 24 hours in all)."""
    return ScannerKey(
        firm=firm,
        not_after=now - CLOCK_LEEWAY_S + life_s,
        not_before=now - CLOCK_LEEWAY_S,
        recipient=recipient,
        scanner=seed.public_keys(signs_only=True).kid,
    ).sign(seed)


def verify_scanner_key(signed: Signed, firm: str, certificates: CertificateStore, *, now: int) -> ScannerKey:
    """The scanner key, valid at `now`; what an author seals to.

    IntegrityError `scanner_unknown` (also of a scanner whose key was taken back), `signature_invalid`,
    `scanner_key_firm`; RefusedError `scanner_key_expired`.
    """
    key = ScannerKey.parse(signed)
    scanner = _scanner(key.scanner, certificates)
    if not certificates.in_force(scanner.kid):
        raise IntegrityError("scanner_unknown", "the scanner's key was taken back")
    ScannerKey.verify(signed, scanner.certificate.signing_key)
    if key.firm != firm or scanner.certificate.firm != firm:
        raise IntegrityError("scanner_key_firm", "the scanner key belongs to another firm")
    if not key.not_before - CLOCK_LEEWAY_S <= now <= key.not_after + CLOCK_LEEWAY_S:
        raise RefusedError("scanner_key_expired", "the scanner key is not valid now")
    return key


def sign_verdict(
    seed: Seed,
    *,
    firm: str,
    payload_hash: str,
    commitment: str,
    result: str,
    reason: str | None,
    engine: str,
    database: str,
    now: int,
) -> Signed:
    """The scanner's signed finding; `reason` is None for clean and only then."""
    return Verdict(
        commitment=commitment,
        database=database,
        engine=engine,
        firm=firm,
        payload_hash=payload_hash,
        reason=reason,
        result=result,
        scanned_at=now,
        scanner=seed.public_keys(signs_only=True).kid,
    ).sign(seed)


def verify_verdict(
    signed: Signed,
    firm: str,
    payload_hash: str,
    commitment: str,
    certificates: CertificateStore,
    *,
    at: int | None = None,
) -> Verdict:
    """The verdict on exactly this payload under exactly this file key, whatever it says.

    `at`: the place in the log of the version it is about; None for one that is not published yet.
    IntegrityError `scanner_unknown` (also of a scanner whose key was taken back before), `signature_invalid`,
    `verdict_mismatch`.
    """
    verdict = Verdict.parse(signed)
    scanner = _scanner(verdict.scanner, certificates)
    if not certificates.in_force(scanner.kid, at):
        raise IntegrityError("scanner_unknown", "the scanner's key was taken back before the verdict counted")
    Verdict.verify(signed, scanner.certificate.signing_key)
    if (verdict.firm, verdict.payload_hash, verdict.commitment) != (firm, payload_hash, commitment):
        raise IntegrityError("verdict_mismatch", "the verdict is about another payload")
    return verdict


def require_open(
    signed: Signed | None, manifest: Manifest, certificates: CertificateStore, at: int, *, released: bool
) -> Verdict:
    """What a reader demands before anything is opened: it is clean, or could not be scanned and was released.

    `at`, `released`: as `VaultState.scanned_at` and `is_released` say. IntegrityError as in `verify_verdict`, and
    `verdict_missing` or `verdict_not_clean`: such a file is never published. RefusedError `held` until it is released.
    """
    if signed is None:
        raise IntegrityError("verdict_missing", "a file without a verdict")
    verdict = verify_verdict(signed, manifest.firm, manifest.payload_hash, manifest.commitment, certificates, at=at)
    if verdict.result == "not_scannable" and not released:
        raise RefusedError("held", "the scanner could not look into it, and nobody has released it")
    if verdict.result not in ("clean", "not_scannable"):
        raise IntegrityError("verdict_not_clean", f"the verdict is {verdict.result}")
    return verdict


def _scanner(kid: str, certificates: CertificateStore) -> Known:
    known = certificates.by_kid(kid)
    if known is None or known.certificate.kind != "scanner":
        raise IntegrityError("scanner_unknown", "not signed by a certified scanner")
    return known
