"""A vault begins: its first roster and epoch, made here and signed by who begins it."""

from collections.abc import Iterable

from siegel.agent.account import Account
from siegel.agent.session import Home
from siegel.agent.vaults import OpenVault, open_by_id, wraps_wire
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


def begin_vault(
    account: Account, home: Home, title: str, *, dossier: str | None, holders: Iterable[tuple[str, str]] = ()
) -> OpenVault:
    """A new vault: for a dossier, or the person's own without one.

    The person manages it and the firm's recovery key holds it; `holders` are (key id, rights) of others, whose
    certificates must be known.
    """
    store = account.learn_certificates()
    vault_id = new_id()
    recovery = next((known for known in store if known.certificate.kind == "recovery"), None)
    keys = {account.kid: "manage", **dict(holders)}
    if recovery is not None and dossier is not None:
        keys[recovery.kid] = "hold"
    roster = Roster(account.kid, account.firm, holders_of(store, keys), None, 1, vault_id)
    signed = roster.sign(account.seed)
    epoch = first_epoch(account.seed, roster, signed.hash, store)
    row = seal_row(epoch.seed, Place(account.firm, vault_id, vault_id, 0, 1), VaultRow(title))
    genesis = Genesis(dossier, digest(row), "dossier" if dossier else "personal")
    state = VaultState.begin(account.firm, vault_id)
    changes = (genesis, RosterChange(signed.hash, 1), epoch.change)
    body = {
        "id": vault_id,
        "dossier": dossier,
        "record": next_record(state.position, account.seed, changes).to_wire(),
        "roster": signed.to_wire(),
        "epoch": epoch.signed.to_wire(),
        "wraps": wraps_wire(epoch.wraps),
        "rows": [{"node": vault_id, "version": 0, "row": b64(row)}],
    }
    account.api.post("vaults", body, repeatable=True)
    return open_by_id(account, home, vault_id)


def holders_of(store: CertificateStore, rights: dict[str, str]) -> tuple[Holder, ...]:
    """The lines of a roster for these key ids, each with its certified subject; RefusedError `no_certificate`."""
    lines = []
    for key, right in sorted(rights.items()):
        known = store.by_kid(key)
        if known is None:
            raise RefusedError("no_certificate", "a key without a certificate holds nothing")
        lines.append(Holder(key, right, known.certificate.subject))
    return tuple(lines)
