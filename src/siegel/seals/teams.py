"""A team: a chain like a vault's, whose epochs are the team's keys and whose roster says who is in it (ADR 0012).

A vault's roster names the team in one line. Whoever verifies the vault replays the team's chain, to know who was a
member at which moment, and that each of the team's certificates is for the keys of an epoch its members have.
"""

from collections.abc import Sequence

from siegel.seals.certificates import CertificateStore
from siegel.seals.chain import Entry
from siegel.seals.errors import IntegrityError
from siegel.seals.known import PastRoster, Team
from siegel.seals.records import Record
from siegel.seals.replay import Head, VaultState


def replay_team(entries: Sequence[Entry], store: CertificateStore, seen: Head | None = None) -> Team:
    """The team whose chain these entries are, from record 1.

    IntegrityError of the rule that an entry breaks; `vault_rolled_back` if it ends before what was `seen`;
    `record_shape` if it is no team's, or there is no entry.
    """
    if not entries:
        raise IntegrityError("record_shape", "a team has a chain")
    first = Record.parse(entries[0].record)
    if (root := store.root()) is None or root.certificate.firm != first.firm:
        raise IntegrityError("record_vault", "a team of another firm")
    state = VaultState.begin(first.firm, first.vault, seen)
    rosters = []
    for entry in entries:
        step = state.apply(entry, store)
        if entry.roster is not None:
            rosters.append(PastRoster(entry.log_index, step.position.now.roster))
    state.require_head(state.head)
    if state.position.now.vault_kind != "team":
        raise IntegrityError("record_shape", "the chain is a vault's, not a team's")
    epochs = {number: past.epoch for number, past in state.epochs.items()}
    return Team(first.vault, tuple(rosters), epochs)
