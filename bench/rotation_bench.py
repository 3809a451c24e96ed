"""300 vaults of 20 holders each get new keys, as `siegel keys rotate --all` makes them: sealing only.

Each epoch is one of its own: a new seed, its document, a wrap for every holder, the seed before sealed to it, the
record that says so. What network and server add comes on top.
"""

import time
from typing import Any

VAULTS = 300
HOLDERS = 20
GOAL_S = 5.0


def measure() -> list[dict[str, Any]]:
    from siegel.seals.epochs import next_epoch
    from siegel.seals.replay import next_record
    from siegel.seals.tests.people import Firm, begin

    firm = Firm(now=int(time.time()))
    # Two of them are there always: an owner and recovery.
    clerks = [firm.certify(firm.owner, "clerk") for _ in range(HOLDERS - 2)]
    vault = begin(firm, clerks[0], [(clerk, "manage") for clerk in clerks])
    author, wraps = clerks[0].seed, 0
    begun = time.perf_counter()
    for _ in range(VAULTS):
        epoch = next_epoch(author, vault.state.position, [vault.seed], firm.store, firm.moment.time)
        next_record(vault.state.position, author, [epoch.change])
        wraps += len(epoch.wraps)
    taken = time.perf_counter() - begun
    if wraps != VAULTS * HOLDERS:
        raise RuntimeError(f"{wraps} wraps")
    return [
        {
            "name": "rotation.seal_300_epochs_of_20_holders",
            "value": taken,
            "unit": "s",
            "goal": GOAL_S,
            "peer": None,
            "peer_value": None,
            "ratio": None,
            "held": taken <= GOAL_S,
        }
    ]
