"""Ten thousand small files by `siegel vault put`, and a copy of a large one by `siegel vault cp`.

One request carries many files, and one record many manifests; a copy within a vault moves no contents.

`siegel-server serve` runs with its scanner; the program, the server and clamd share the machine's processors. The time
that the same clamd needs for as many files alone is taken off.
"""

import os
import tempfile
from pathlib import Path
from typing import Any

from bench.figures import at_most
from bench.server_people import furnished
from bench.server_put import CommandLine, put_small_files
from siegel.demo.furnish import Person
from tests.installation import Installation, installed

FILES = 10_000
GOAL = 200.0
MIB = 1 << 20
COPIED_BYTES = 1 << 30
COPY_GOAL_S = 1.0


def measure() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="siegel-bench-") as name, installed(Path(name)) as installation:
        client = next(person for person in furnished(installation) if person.role == "client")
        # the copy first: the program verifies the whole vault at each start
        copied = _copied(installation, client)
        return [*put_small_files(installation, client, name="vault.put_10k", files=FILES, goal=GOAL), copied]


def _copied(installation: Installation, person: Person) -> dict[str, Any]:
    """Seconds from the program's start to its end."""
    large = installation.folder / "large.bin"
    with large.open("wb") as file:
        for _ in range(COPIED_BYTES // MIB):
            file.write(os.urandom(MIB))
    siegel = CommandLine(installation)
    siegel.sign_in(person)
    siegel.run("vault", "mkdir", f"{person.vaults[0]}:/Kopie")
    siegel.run("vault", "put", str(large), f"{person.vaults[0]}:/")
    seconds = siegel.run("vault", "cp", f"{person.vaults[0]}:/large.bin", f"{person.vaults[0]}:/Kopie/")
    return at_most("vault.copy_1gib", seconds, "s", COPY_GOAL_S, digits=2)
