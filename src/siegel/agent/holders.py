"""Who belongs to a vault or team: given access, limited, taken off; and the epoch that follows from it."""

import time
from collections.abc import Callable, Iterable

from siegel.agent.client import Wire
from siegel.agent.opened import OpenVault
from siegel.agent.rotation import wraps_wire
from siegel.seals.certificates import Known
from siegel.seals.documents import Holder, Roster
from siegel.seals.epochs import Wrap, wrap_for
from siegel.seals.errors import RefusedError
from siegel.seals.holders import Moment, members
from siegel.seals.records import RosterChange
from siegel.seals.replay import next_record

Edit = Callable[[tuple[Holder, ...]], Iterable[Holder]]


def give(vault: OpenVault, known: Known, rights: str, until: int | None = None, wait_days: int | None = None) -> None:
    """Gives the person or team of `known` a line, or other rights and another end to the one that is there.

    `until`: the last second of his access; `wait_days`: with `trusted` alone. ServerError where the account may not;
    IntegrityError.
    """
    subject = known.certificate.subject
    # The vault's news tell of its holders, not of those who are none yet.
    vault.account.learn_about(subject)

    def edit(lines: tuple[Holder, ...]) -> Iterable[Holder]:
        # A line that still means a key of his that is out would give him nothing.
        same = (line.key for line in lines if line.subject == subject and _means(vault, line, known))
        line = Holder(next(same, known.kid), rights, subject, until, wait_days)
        return [*(one for one in lines if one.subject != subject), line]

    change_roster(vault, edit)


def _means(vault: OpenVault, line: Holder, known: Known) -> bool:
    meant = vault.store.member(line.key)
    return meant is not None and meant.kid == known.kid


def take(vault: OpenVault, subject: str) -> None:
    """Takes the line of a person or team off; what is written from now on its holder cannot read.

    RefusedError `holder_gone` where there is none.
    """

    def edit(lines: tuple[Holder, ...]) -> Iterable[Holder]:
        rest = [line for line in lines if line.subject != subject]
        if len(rest) == len(lines):
            raise RefusedError("holder_gone", "the person or team does not belong to it")
        return rest

    change_roster(vault, edit)


def renew_recovery(vault: OpenVault) -> bool:
    """Puts the present recovery key in the place of one that was replaced, where the account may; else False.

    An owner may in dossiers' vaults and teams, the founder in a vault of his own.
    """
    store, account = vault.store, vault.account
    lines = vault.state.position.now.roster.holders
    if all(store.in_force(line.key) for line in lines if line.rights == "hold"):
        return False
    kind = account.own().certificate.kind
    if not (any(line.key == account.kid for line in lines) if vault.kind == "personal" else kind == "owner"):
        return False
    present = [known for known in store if known.certificate.kind == "recovery" and store.in_force(known.kid)]
    news = {known.kid: Holder(known.kid, "hold", known.certificate.subject) for known in present}
    change_roster(vault, lambda lines: [*(line for line in lines if line.rights != "hold"), *news.values()])
    return True


def change_roster(vault: OpenVault, edit: Edit) -> None:
    """Writes the next roster, and begins a new epoch when somebody lost his access by it."""

    def attempt() -> None:
        before = vault.state.position.now.roster
        holders = tuple(edit(before.holders))
        today = Moment.planned(int(time.time()))
        there = members(before, vault.store, today).keys()
        now = members(_roster(vault, holders), vault.store, today).keys()
        newcomers = wrap_for(now - there, vault.seed, vault.store)
        vault.account.api.post(f"vaults/{vault.id}/records", roster_append(vault, holders, newcomers), repeatable=True)

    vault.write(attempt)
    vault.rotate_if_due()


def roster_append(vault: OpenVault, holders: Iterable[Holder], newcomers: Iterable[Wrap]) -> Wire:
    """The record of the next roster, with the current epoch's seed sealed to `newcomers`."""
    roster = _roster(vault, holders)
    signed = roster.sign(vault.account.seed)
    change = RosterChange(signed.hash, roster.seq)
    return {
        "record": next_record(vault.state.position, vault.account.seed, (change,)).to_wire(),
        "roster": signed.to_wire(),
        "wraps": wraps_wire(newcomers),
    }


def _roster(vault: OpenVault, holders: Iterable[Holder]) -> Roster:
    account, now = vault.account, vault.state.position.now
    lines = tuple(sorted(holders, key=lambda line: line.key))
    return Roster(account.kid, account.firm, lines, now.roster_hash, now.roster.seq + 1, vault.id)
