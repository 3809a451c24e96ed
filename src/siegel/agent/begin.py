"""A chain begins: genesis, first roster, first epoch; a vault and a team alike."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from siegel.agent.account import Account
from siegel.agent.client import Wire
from siegel.agent.rotation import wraps_wire
from siegel.seals.canonical import b64
from siegel.seals.certificates import CertificateStore
from siegel.seals.derive import digest
from siegel.seals.documents import Holder, Roster
from siegel.seals.epochs import first_epoch
from siegel.seals.errors import RefusedError
from siegel.seals.ids import new_id
from siegel.seals.records import Genesis, RosterChange
from siegel.seals.replay import VaultState, next_record
from siegel.seals.rows import Place, VaultRow, seal_row

# Who belongs to every dossier's vault and every team from its beginning.
ALWAYS = {"owner": "manage", "recovery": "hold"}


@dataclass(frozen=True, slots=True)
class Beginning:
    """The id of a new chain, its first record as it is sent, and the recipient of its first epoch."""

    id: str
    append: Wire
    recipient: str


def begin_chain(
    account: Account, row: VaultRow, *, kind: str, dossier: str | None, holders: Mapping[str, str]
) -> Beginning:
    """Record 1 with all that belongs to it; `holders`: key id → rights. RefusedError `no_certificate`."""
    store, chain = account.certificates.store, new_id()
    roster = Roster(account.kid, account.firm, holders_of(store, holders), None, 1, chain)
    signed = roster.sign(account.seed)
    epoch = first_epoch(account.seed, roster, signed.hash, store, int(time.time()))
    sealed = seal_row(epoch.seed, Place(account.firm, chain, chain, 0, 1), row)
    changes = (Genesis(dossier, digest(sealed), kind), RosterChange(signed.hash, 1), epoch.change)
    state = VaultState.begin(account.firm, chain)
    append = {
        "record": next_record(state.position, account.seed, changes).to_wire(),
        "roster": signed.to_wire(),
        "epoch": epoch.signed.to_wire(),
        "wraps": wraps_wire(epoch.wraps),
        "rows": [{"node": chain, "version": 0, "row": b64(sealed)}],
    }
    return Beginning(chain, append, epoch.seed.recipient())


def rulers(store: CertificateStore) -> dict[str, str]:
    """The owners, who manage, and the recovery key, which holds: key id → rights, as far as they are in force."""
    owners = {known.kid for known in store if known.certificate.kind == "owner" and store.in_force(known.kid)}
    recovery = store.recovery()
    return {**dict.fromkeys(owners, ALWAYS["owner"]), **({recovery.kid: ALWAYS["recovery"]} if recovery else {})}


def holders_of(store: CertificateStore, rights: Mapping[str, str]) -> tuple[Holder, ...]:
    """The lines of a roster for these key ids, each with its certified subject; RefusedError `no_certificate`."""
    lines = []
    for key, right in sorted(rights.items()):
        known = store.by_kid(key)
        if known is None:
            raise RefusedError("no_certificate", "a key without a certificate holds nothing")
        lines.append(Holder(key, right, known.certificate.subject))
    return tuple(lines)
