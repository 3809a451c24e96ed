"""A client who begins an epoch and seals rubbish: to everybody but himself, or to the epoch itself."""

from siegel.agent.rotation import wraps_wire
from siegel.agent.tests.server import Server, StoredVault
from siegel.seals.canonical import b64
from siegel.seals.derive import EpochSeed
from siegel.seals.epochs import next_epoch, open_wrap, wrap_for
from siegel.seals.holders import members
from siegel.seals.replay import next_record


def spoil(server: Server, stored: StoredVault) -> None:
    """Epoch 2 of a vault, which only the client opens."""
    client, store, position = server.firm.client, server.firm.store, stored.state.position
    first = open_wrap(stored.wraps[1, client.kid], client.seed.identity(), position.now.epoch)
    _begin(
        server, stored, first, shut_out=members(position.now.roster, store, server.firm.moment).keys() - {client.kid}
    )


def hand_down_rubbish(server: Server, stored: StoredVault) -> None:
    """The next epoch of a vault, which everybody opens, and which hands down no earlier seed."""
    _begin(server, stored, EpochSeed.generate(), shut_out=set())


def _begin(server: Server, stored: StoredVault, earlier: EpochSeed, *, shut_out: set[str]) -> None:
    client, store, position = server.firm.client, server.firm.store, stored.state.position
    epoch = next_epoch(client.seed, position, [earlier], store, server.firm.now)
    assert epoch.previous_seed
    good = [wrap for wrap in epoch.wraps if wrap.key not in shut_out]
    body = {
        "record": next_record(position, client.seed, (epoch.change,)).to_wire(),
        "epoch": epoch.signed.to_wire(),
        "previous_seed": b64(epoch.previous_seed),
        "wraps": wraps_wire([*good, *wrap_for(shut_out, EpochSeed.generate(), store)]),
    }
    status, answer = server.append(stored, body)
    assert status == 201, answer
