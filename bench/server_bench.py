"""The installation as people meet it: 1 GiB up and down beside nginx, the memory this takes, and the first page.

`siegel-server serve` runs with its scanner in a temporary folder; the firm is founded, the file sealed, checked and
published through the API. Both servers store on the same disk and have the same client, a process of its own that
looks at no bytes. Runs take turns with the peer's; each figure is the fastest of its runs: on a shared machine the
slower ones measure the neighbours. nginx neither hashes what it stores nor brings it to the disk; we do both.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from bench.server_browser import browser_of, found, point_islands_at
from bench.server_nginx import nginx, version
from bench.server_pages import first_page
from bench.server_transfers import PeerLine, VaultLine, peak_memory_mb
from siegel.seals import files
from siegel.seals.files import SealedFile
from siegel.vault.tests.island import OpenVault, Sealed, add_dossier, begin_vault
from tests.installation import Installation, installed

if TYPE_CHECKING:
    from collections.abc import Callable

    from siegel.keys.tests.island import Island

CONTENT_BYTES = 1 << 30
ROUNDS = 3
SPEED_GOAL = 0.5
MEMORY_GOAL_MB = 200.0
Row = dict[str, Any]


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="siegel-bench-") as name, installed(Path(name)) as installation:
        point_islands_at(installation.url)
        owner = found(installation.create_firm("muster", "Kanzlei Muster"), "muster")
        return [first_page(installation, owner), *_transfers(installation, owner)]


def _transfers(installation: Installation, owner: Island) -> list[Row]:
    """The memory is that of granian's processes, at its highest since the start."""
    source, vault = installation.folder / "payload", begin_vault(owner, add_dossier(owner, "90001", "Große Datei")[1])
    sealed = _seal(source)
    with nginx(installation.folder / "nginx") as host:
        ours, peer = VaultLine(installation, browser_of(owner).credentials(), source, vault.id), PeerLine(host, source)
        up, peer_up = _fastest(ours.upload, peer.upload)
        node = _publish(vault, Sealed(b"", sealed, ours.upload_id))
        ours.check_stored(node)
        down, peer_down = _fastest(lambda: ours.download(node), peer.download)
    return [
        _speed("vault.upload_vs_nginx", sealed.payload_size, up, peer_up),
        _speed("vault.download_vs_nginx", sealed.payload_size, down, peer_down),
        _limit("vault.server_memory", peak_memory_mb(installation), "MB", MEMORY_GOAL_MB),
    ]


def _seal(target: Path) -> SealedFile:
    """1 GiB of zeros, which look like all else once they are sealed."""
    with tempfile.TemporaryFile() as content, target.open("wb") as sink:
        content.truncate(CONTENT_BYTES)
        return files.seal(content, sink)


def _fastest(ours: Callable[[], float], peer: Callable[[], float]) -> tuple[float, float]:
    """Seconds."""
    pairs = [(ours(), peer()) for _ in range(ROUNDS)]
    return min(one for one, _ in pairs), min(other for _, other in pairs)


def _publish(vault: OpenVault, made: Sealed) -> str:
    """Checked by the real scanner; the id of the new node."""
    [outcome] = vault.check(made)
    if outcome["code"] is not None:
        raise RuntimeError(f"the scanner did not let the file pass: {outcome['code']}")
    before = set(vault.state.nodes)
    vault.commit(made)
    [node] = set(vault.state.nodes) - before
    return node


def _speed(name: str, size: int, seconds: float, peer_seconds: float) -> Row:
    ratio = peer_seconds / seconds
    return {
        "name": name,
        "value": round(size / 1e6 / seconds, 1),
        "unit": "MB/s",
        "goal": SPEED_GOAL,
        "peer": f"nginx {version()}",
        "peer_value": round(size / 1e6 / peer_seconds, 1),
        "ratio": round(ratio, 2),
        "held": ratio >= SPEED_GOAL,
    }


def _limit(name: str, value: float, unit: str, goal: float) -> Row:
    no_peer = {"peer": None, "peer_value": None, "ratio": None}
    return {"name": name, "value": round(value, 1), "unit": unit, "goal": goal, **no_peer, "held": value <= goal}
