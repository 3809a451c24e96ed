"""The next epoch of a vault or team, and for a team the certificate of the key that it gives."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from siegel.agent.client import Wire
from siegel.seals.canonical import b64
from siegel.seals.certificates import team_certificate
from siegel.seals.epochs import Wrap, next_epoch
from siegel.seals.errors import IntegrityError
from siegel.seals.records import EpochChange
from siegel.seals.signed import Signed

if TYPE_CHECKING:
    from siegel.agent.opened import OpenVault


def next_epoch_of(vault: "OpenVault") -> tuple[EpochChange, Wire]:
    """The change of the record, and its documents. Errors as of `OpenVault.seed`, if nothing can be handed down."""
    earlier = vault.opened.to_hand_down() or (vault.seed,)
    new = next_epoch(vault.account.seed, vault.state.position, earlier, vault.store, int(time.time()))
    assert new.previous_seed is not None
    documents: Wire = {
        "epoch": new.signed.to_wire(),
        "previous_seed": b64(new.previous_seed),
        "wraps": wraps_wire(new.wraps),
    }
    if vault.kind == "team":
        documents["certificate"] = _team_key(vault, new.seed.recipient(), new.change.epoch).to_wire()
    return new.change, documents


def _team_key(vault: "OpenVault", recipient: str, generation: int) -> Signed:
    """The certificate of the key that the team's next epoch gives."""
    before = vault.store.generation(vault.id)
    if before is None:
        raise IntegrityError("team_differs", "the team has no certified key")
    account = vault.account
    return team_certificate(
        account.seed,
        account.own(),
        recipient,
        team=vault.id,
        generation=generation,
        now=int(time.time()),
        office=before.certificate.office,
    )


def wraps_wire(wraps: Iterable[Wrap]) -> list[Wire]:
    return [{"key": wrap.key, "age": b64(wrap.age)} for wrap in wraps]
