"""The installation as people meet it: 1 GiB up and down beside nginx, the memory this takes, small files, first page.

`siegel-server serve` runs with its scanner in a temporary folder and has the demonstration's people and documents. Both
servers store on the same disk and have the same client, a process of its own that looks at no bytes. Runs take turns
with the peer's; each figure is the fastest of its runs: on a shared machine the slower ones measure the neighbours.
nginx neither hashes what it stores nor brings it to the disk; we do both.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.server_nginx import nginx, version
from bench.server_pages import first_page
from bench.server_people import furnished, headers_of, signed_in
from bench.server_processes import peak_web_memory_mb
from bench.server_put import put_small_files
from bench.server_transfers import PeerLine, VaultLine, Version
from siegel.agent.account import Account
from siegel.agent.plan import plan_put
from siegel.agent.put import put
from siegel.agent.session import Home
from siegel.agent.vaults import open_named
from siegel.demo.furnish import Person, Silent
from siegel.lib.age import sealed_size
from tests.installation import Installation, installed

CONTENT_BYTES = 1 << 30
MIB = 1 << 20
ROUNDS = 5
SPEED_GOAL = 0.5
MEMORY_GOAL_MB = 200.0
Row = dict[str, Any]


def measure() -> list[Row]:
    """The memory comes last: it is granian's highest since its start, with all that was done before."""
    with tempfile.TemporaryDirectory(prefix="siegel-bench-") as name, installed(Path(name)) as installation:
        people = furnished(installation)
        client = next(person for person in people if person.role == "client")
        page = first_page(installation, people)
        small = put_small_files(installation, client)
        speeds = _transfers(installation, client)
        return [page, *small, *speeds, _memory(installation)]


def _transfers(installation: Installation, client: Person) -> list[Row]:
    account, folder = signed_in(installation, client), installation.folder / "nginx"
    source = _random_file(installation.folder / "payload", sealed_size(CONTENT_BYTES))
    vault = open_named(account, Home(installation.folder / "state"), client.vaults[0])
    with nginx(folder) as host:
        ours, peer = VaultLine(installation, headers_of(account), source, vault.id), PeerLine(host, folder, source)
        up, peer_up = _fastest(lambda: _tidied(ours.upload, ours.tidy), lambda: _tidied(peer.upload, peer.tidy))
        published = _publish(installation, account, client.vaults[0])
        ours.check_ranges(published)
        peer.upload()
        down, peer_down = _fastest(lambda: ours.download(published), peer.download)
    return [
        _speed("vault.upload_vs_nginx", source, up, peer_up),
        _speed("vault.download_vs_nginx", source, down, peer_down),
    ]


def _random_file(path: Path, size: int) -> Path:
    """As good as sealed bytes, and brought to the disk."""
    block = os.urandom(MIB)
    with path.open("wb") as file:
        for _ in range(size // MIB):
            file.write(block)
        file.write(block[: size % MIB])
        file.flush()
        os.fsync(file.fileno())
    return path


def _fastest(ours: Callable[[], float], peer: Callable[[], float]) -> tuple[float, float]:
    """Seconds."""
    pairs = [(ours(), peer()) for _ in range(ROUNDS)]
    return min(one for one, _ in pairs), min(other for _, other in pairs)


def _tidied(run: Callable[[], float], tidy: Callable[[], None]) -> float:
    seconds = run()
    tidy()
    return seconds


def _publish(installation: Installation, account: Account, vault_name: str) -> Version:
    """1 GiB of zeros, which look like all else once they are sealed; put by the agent and scanned."""
    content = installation.folder / "zeros"
    with content.open("wb") as file:
        file.truncate(CONTENT_BYTES)
    vault = open_named(account, Home(installation.folder / "state"), vault_name)
    [outcome] = put(vault, plan_put([content], ()), Silent())
    if outcome.code != "stored":
        raise RuntimeError(f"the file was not stored: {outcome.code}")
    vault.sync()
    node = vault.children(vault.id)[content.name].id
    size = sealed_size(CONTENT_BYTES)
    blobs = (path for path in (installation.data / "blobs").rglob("*") if path.is_file())
    [blob] = [path for path in blobs if path.stat().st_size == size]
    return Version(f"/api/vaults/{vault.id}/nodes/{node}/versions/1/payload", blob)


def _speed(name: str, source: Path, seconds: float, peer_seconds: float) -> Row:
    size, ratio = source.stat().st_size, peer_seconds / seconds
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


def _memory(installation: Installation) -> Row:
    peak = round(peak_web_memory_mb(installation), 1)
    return {
        "name": "vault.server_memory",
        "value": peak,
        "unit": "MB",
        "goal": MEMORY_GOAL_MB,
        "peer": None,
        "peer_value": None,
        "ratio": None,
        "held": peak <= MEMORY_GOAL_MB,
    }
