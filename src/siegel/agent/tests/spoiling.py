"""A client who begins an epoch and seals rubbish to everybody but himself."""

from siegel.agent.opened import wraps_wire
from siegel.agent.tests.server import Server, StoredVault
from siegel.seals.canonical import b64
from siegel.seals.derive import EpochSeed
from siegel.seals.epochs import next_epoch, wrap_for
from siegel.seals.holders import members
from siegel.seals.replay import next_record


def spoil(server: Server, stored: StoredVault) -> None:
    """The next epoch of a vault, which only the client opens, and which hands down no earlier seed."""
    client, store, position = server.firm.client, server.firm.store, stored.state.position
    epoch = next_epoch(client.seed, position, EpochSeed.generate(), store, server.today)
    assert epoch.previous_seed
    others = members(position.now.roster, store, server.today).keys() - {client.kid}
    own = [wrap for wrap in epoch.wraps if wrap.key == client.kid]
    body = {
        "record": next_record(position, client.seed, (epoch.change,)).to_wire(),
        "epoch": epoch.signed.to_wire(),
        "previous_seed": b64(epoch.previous_seed),
        "wraps": wraps_wire([*own, *wrap_for(others, EpochSeed.generate(), store)]),
    }
    status, answer = server.append(stored, body)
    assert status == 201, answer
