"""Signing in with a key: a signed answer to the server's nonce (docs/formats.md, Login)."""

from siegel.seals.derive import Seed
from siegel.seals.documents import Certificate, Login
from siegel.seals.errors import IntegrityError
from siegel.seals.signed import Signed


def sign_login(seed: Seed, *, firm: str, subject: str, nonce: str, origin: str, now: int) -> Signed:
    """`subject` is the person's id, or the invitation's id when `seed` is an invitation's.

    `origin` is the server's as the signer sees it, so that a signature given to one server is worthless at another.
    """
    return Login(firm=firm, nonce=nonce, origin=origin, subject=subject, time=now).sign(seed)


def verify_login(signed: Signed, certificate: Certificate, *, subject: str, nonce: str, origin: str) -> Login:
    """IntegrityError `login_mismatch` or `signature_invalid` unless the certified key answers this nonce here.

    The server sees to it that the nonce is its own, fresh and used once.
    """
    login = Login.parse(signed)
    if (login.firm, login.subject, login.nonce, login.origin) != (certificate.firm, subject, nonce, origin):
        raise IntegrityError("login_mismatch", "signed for another nonce, person, firm or origin")
    Login.verify(signed, certificate.signing_key)
    return login
