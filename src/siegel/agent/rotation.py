"""The next epoch of a vault or team, and for a team the certificate of the key that it gives."""

import time
from collections.abc import Iterable

from siegel.agent.account import Account
from siegel.agent.client import Wire
from siegel.seals.canonical import b64
from siegel.seals.certificates import team_certificate
from siegel.seals.epochs import NewEpoch, OpenedEpochs, Wrap, next_epoch
from siegel.seals.errors import IntegrityError
from siegel.seals.records import EpochChange
from siegel.seals.replay import VaultState
from siegel.seals.signed import Signed


def next_epoch_of(account: Account, state: VaultState, opened: OpenedEpochs) -> tuple[EpochChange, Wire]:
    """The change of the record, and its documents.

    Errors as of `OpenedEpochs.seed` of the present epoch, if nothing can be handed down.
    """
    position = state.position
    earlier = opened.to_hand_down() or (opened.seed(position.now.epoch.epoch),)
    new = next_epoch(account.seed, position, earlier, account.certificates.store, int(time.time()))
    assert new.previous_seed is not None
    documents: Wire = {
        "epoch": new.signed.to_wire(),
        "previous_seed": b64(new.previous_seed),
        "wraps": wraps_wire(new.wraps),
    }
    if position.now.vault_kind == "team":
        documents["certificate"] = _team_key(account, position.vault, new).to_wire()
    return new.change, documents


def _team_key(account: Account, team: str, new: NewEpoch) -> Signed:
    """The certificate of the key that the team's next epoch gives."""
    before = account.certificates.store.generation(team)
    if before is None:
        raise IntegrityError("team_differs", "the team has no certified key")
    return team_certificate(
        account.seed,
        account.own(),
        new.seed.recipient(),
        team=team,
        generation=new.change.epoch,
        now=int(time.time()),
        office=before.certificate.office,
    )


def wraps_wire(wraps: Iterable[Wrap]) -> list[Wire]:
    return [{"key": wrap.key, "age": b64(wrap.age)} for wrap in wraps]
