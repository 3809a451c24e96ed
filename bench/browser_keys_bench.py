"""New keys for vaults and teams in the browser, and a chain of certificates verified there.

Sealing and signing only: what network and server add comes on top. 300 vaults of 20 holders get an epoch each, and a
team of 40 gets one; each with its seed, its document, a wrap for every holder, the seed before sealed to it, and the
record. The vaults are done in parts, and the fastest part counts for all, as the fastest chain does: on a shared
machine the slower ones measure the neighbours.
"""

from __future__ import annotations

from typing import Any

from bench.browser_bench import built_page
from bench.figures import at_most

VAULTS = 300
HOLDERS = 20
PARTS = 10
MEMBERS = 40
ROUNDS = 30


def measure() -> list[dict[str, Any]]:
    """Seconds for epochs, milliseconds for certificates."""
    with built_page() as page:
        page.wait_for_function("'measureChain' in globalThis")
        chain = page.evaluate(f"measureChain({ROUNDS})")
        # recovery holds besides the members
        team = page.evaluate(f"measureEpochs(1, {MEMBERS + 1})")
        parts = [page.evaluate(f"measureEpochs({VAULTS // PARTS}, {HOLDERS})") for _ in range(PARTS)]
    return [
        at_most(f"browser_keys.seal_{VAULTS}_epochs_of_{HOLDERS}_holders", min(parts) * PARTS, "s", 20, digits=2),
        at_most(f"browser_keys.seal_team_of_{MEMBERS}", team, "s", 3, digits=2),
        at_most("browser_keys.verify_chain_of_4_certificates", min(chain["verified"]), "ms", 5, digits=2),
        at_most("browser_keys.verify_chain_that_is_known", min(chain["known"]), "ms", None, digits=2),
    ]
