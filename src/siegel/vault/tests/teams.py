"""What a browser's island does with teams, in Python, against the real API: found, rotate, name in a vault's roster."""

import secrets
import time
from collections.abc import Iterable

from siegel.keys.tests.island import Island, Json
from siegel.seals.canonical import b64
from siegel.seals.certificates import team_certificate
from siegel.seals.derive import EpochSeed, PublicKeys, digest
from siegel.seals.documents import Holder, Roster
from siegel.seals.epochs import first_epoch, wrap_for
from siegel.seals.ids import new_id
from siegel.seals.records import Genesis, RosterChange
from siegel.seals.replay import VaultState, next_record
from siegel.vault.tests.island import OpenVault, open_vault, verified


def team_body(by: Island, members: Iterable[Island], *, name: str, office: str | None = None) -> Json:
    """What founds a team: its founder and the owners manage it, `members` read, the firm's recovery key holds it."""
    store, team = by.store(), new_id()
    rights = {"owner": "manage", "recovery": "hold"}
    lines = {
        known.kid: Holder(known.kid, rights[known.certificate.kind], known.certificate.subject)
        for known in store
        if known.certificate.kind in rights and store.in_force(known.kid)
    }
    lines |= {one.kid: Holder(one.kid, "read", one.person) for one in members}
    lines[by.kid] = Holder(by.kid, "manage", by.person)
    document = Roster(by.kid, by.firm, tuple(lines[kid] for kid in sorted(lines)), None, 1, team)
    roster, row = document.sign(by.seed), secrets.token_bytes(80)
    epoch = first_epoch(by.seed, document, roster.hash, store, int(time.time()))
    changes = (Genesis(None, digest(row), "team"), RosterChange(roster.hash, 1), epoch.change)
    return {
        "id": team,
        "name": name,
        "office": office,
        "certificate": team_key(by, team, epoch.seed, 1, office),
        "record": next_record(VaultState.begin(by.firm, team).position, by.seed, changes).to_wire(),
        "roster": roster.to_wire(),
        "epoch": epoch.signed.to_wire(),
        "wraps": [{"key": wrap.key, "age": b64(wrap.age)} for wrap in epoch.wraps],
        "rows": [{"node": team, "version": 0, "row": b64(row)}],
    }


def team_key(by: Island, team: str, seed: EpochSeed, generation: int, office: str | None = None) -> Json:
    now = int(time.time())
    recipient = seed.recipient()
    signed = team_certificate(by.seed, by.own(), recipient, team=team, generation=generation, now=now, office=office)
    return {**signed.to_wire()}


def found_team(by: Island, *members: Island, name: str = "Alle Mitarbeiter", office: str | None = None) -> OpenVault:
    body = team_body(by, members, name=name, office=office)
    by.post("teams", body)
    return open_vault(by, body["id"])


def rotate_team(team: OpenVault, office: str | None = None) -> None:
    """The team's next generation."""
    new, documents = team.rotation()
    documents["certificate"] = team_key(team.island, team.id, new.seed, new.change.epoch, office)
    team.append(team.record(new.change), **documents)
    team.refresh()


def line_of(team: OpenVault, rights: str) -> Holder:
    """The team's line in a vault's roster."""
    recipient = team.state.position.now.epoch.recipient
    return Holder(PublicKeys(None, recipient).kid, rights, team.id)


def set_holders(vault: OpenVault, holders: Iterable[Holder]) -> None:
    """The vault's next roster, wrapped to whoever is new."""
    signed = vault.roster(holders)
    now = vault.state.position.now
    # whoever may read the vault now knows the teams of the firm
    vault.store = verified(vault.island.get("keys/certificates"), vault.island.root)
    known = {line.key for line in now.roster.holders}
    new = [line.key for line in Roster.parse(signed).holders if line.key not in known]
    made = wrap_for(new, vault.seeds[vault.epoch], vault.store)
    vault.append(
        vault.record(RosterChange(signed.hash, now.roster.seq + 1)),
        roster=signed.to_wire(),
        wraps=[{"key": wrap.key, "age": b64(wrap.age)} for wrap in made],
    )
    vault.refresh()


def add_holder(vault: OpenVault, line: Holder) -> None:
    set_holders(vault, [*vault.state.position.now.roster.holders, line])


def remove_holder(vault: OpenVault, kid: str) -> None:
    set_holders(vault, [line for line in vault.state.position.now.roster.holders if line.key != kid])


def status(island: Island, path: str) -> int:
    """What the door at this address answers."""
    return int(island.browser.get(f"/api/{path}").status_code)
