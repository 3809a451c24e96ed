"""The rules between a certificate and its issuer, and for the keys it names (docs/formats.md, section 3)."""

from siegel.lib.age import FileKey, HybridRecipient, KeyFormatError, RecipientError
from siegel.lib.ed25519 import is_public_key
from siegel.seals.canonical import unb64
from siegel.seals.documents import Certificate
from siegel.seals.errors import IntegrityError


def check_may_issue(issuer: Certificate, certificate: Certificate) -> None:
    """IntegrityError `certificate_firm`, `_issuer_rights`, `_invitation` or `_office` for the rule that is broken."""
    if issuer.firm != certificate.firm:
        raise IntegrityError("certificate_firm", "issuer and subject belong to different firms")
    if certificate.kind == "root":
        # whatever its certificate says: this is what these two are for
        if issuer.kind not in ("root", "recovery"):
            raise IntegrityError("certificate_issuer_rights", "a root follows from a root or recovery")
        return
    if certificate.kind not in issuer.certifies or (certificate.role or certificate.kind) not in issuer.certifies:
        raise IntegrityError("certificate_issuer_rights", f"a {issuer.kind} that may not certify a {certificate.kind}")
    invitation = issuer.kind == "invitation"
    invited = (issuer.subject, issuer.generation)
    if invitation and (certificate.subject, certificate.generation) != invited:
        raise IntegrityError("certificate_invitation", "the invitation is for somebody else or another generation")
    if (invitation or issuer.office is not None) and certificate.office != issuer.office:
        raise IntegrityError("certificate_office", "issuer and subject belong to different offices")


def check_keys(certificate: Certificate) -> None:
    """IntegrityError `certificate_signing_key` or `certificate_recipient` for a key that is none.

    Anybody could sign for a signing key of small order; a recipient nobody can seal to would block every later rotation
    of the vaults its holder belongs to. Whether one can, sealing to it shows.
    """
    if certificate.signing_key is not None and not is_public_key(unb64(certificate.signing_key)):
        raise IntegrityError("certificate_signing_key", "the signing key is no point of large order")
    if certificate.recipient is not None:
        try:
            HybridRecipient.parse(certificate.recipient).wrap(FileKey(bytes(16)))
        except (KeyFormatError, RecipientError) as error:
            raise IntegrityError("certificate_recipient", "the recipient is not a usable key") from error
