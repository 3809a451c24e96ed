"""Taking back a key: the revocation, what falls with it certified anew, and new keys for its holder's teams."""

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from siegel.agent.account import Account
from siegel.agent.rotate import Done, rotate_each
from siegel.agent.session import Home
from siegel.seals.certificates import CertificateStore, Known, recertify
from siegel.seals.certifying import check_may_issue
from siegel.seals.errors import IntegrityError
from siegel.seals.fields import Fields
from siegel.seals.revocations import revoke_key

# Certificates that the server takes with a revocation; what is more follows one by one.
MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Falling:
    """Keys that fall with another: `mine` this person may certify anew, `others` somebody else has to."""

    mine: tuple[Known, ...]
    others: tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class Revoked:
    """How many vaults are due now, and what became of the teams."""

    vaults: int
    teams: Done


def falling(account: Account, kid: str, since: int | None) -> Falling:
    """What a revocation of `kid` that names `since` would fell; letters that have done their work left out."""
    store = account.certificates.store
    return _sorted_by_rights(account, [one for one in store.fallen_by(kid, since) if _is_open(one, store)], but=kid)


def fallen(account: Account) -> Falling:
    """The keys that have fallen, and that nobody has certified again or taken back."""
    store = account.certificates.store
    down = {known.kid: known for known in store if not store.in_force(known.kid) and store.revoked(known.kid) is None}
    return _sorted_by_rights(account, [known for known in down.values() if _is_open(known, store)])


def _is_open(known: Known, store: CertificateStore) -> bool:
    end = known.certificate.not_after
    return (end is None or time.time() < end) and store.redemption(known.kid) is None


def _sorted_by_rights(account: Account, keys: Iterable[Known], but: str | None = None) -> Falling:
    own = account.own()
    mine: list[Known] = []
    others: list[Known] = []
    for known in keys:
        (mine if account.kid not in (known.kid, but) and _may_certify(own, known) else others).append(known)
    return Falling(tuple(mine), tuple(others))


def _may_certify(own: Known, known: Known) -> bool:
    try:
        check_may_issue(own.certificate, known.certificate)
    except IntegrityError:
        return False
    return True


def certify_again(account: Account, keys: Collection[Known]) -> None:
    """Each key is in force again; RefusedError `not_allowed`, ServerError."""
    for known in keys:
        signed = recertify(account.seed, account.own(), known.certificate, int(time.time()))
        account.api.post("keys/certificates", {"doc": signed.to_wire()}, repeatable=True)
    account.learn_about(*{known.certificate.subject for known in keys})


def revoke(
    account: Account, home: Home, known: Known, *, reason: str, since: int | None, again: Iterable[Known] = ()
) -> Revoked:
    """Takes the key back and certifies `again` anew of what falls with it.

    When this returns the server has ended its holder's access, and the teams that this person rules have new keys.
    RefusedError `not_allowed`, ServerError: then nothing was done.
    """
    now, own = int(time.time()), account.own()
    revocation = revoke_key(account.seed, own, known, since, reason)
    anew = [recertify(account.seed, own, one.certificate, now).to_wire() for one in again]
    body = {"revocation": revocation.to_wire(), "certificates": anew[:MOST_AT_ONCE]}
    f = Fields(account.api.post("keys/revocations", body, repeatable=True), "revocation")
    for doc in anew[MOST_AT_ONCE:]:
        account.api.post("keys/certificates", {"doc": doc}, repeatable=True)
    vaults, teams = f.integer("vaults", 0), f.strings("teams")
    if known.kid == account.kid:
        # Whoever takes his own key back has no access any more.
        return Revoked(vaults, Done())
    account.learn_about(known.certificate.subject)
    return Revoked(vaults, rotate_each(account, home, teams))
