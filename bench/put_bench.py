"""Ten thousand small files by `siegel vault put`: one request carries many, and one record many manifests.

`siegel-server serve` runs with its scanner; the program, the server and clamd share the machine's processors. The time
that the same clamd needs for as many files alone is taken off.
"""

import tempfile
from pathlib import Path
from typing import Any

from bench.server_people import furnished
from bench.server_put import put_small_files
from tests.installation import installed

FILES = 10_000
GOAL = 200.0


def measure() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="siegel-bench-") as name, installed(Path(name)) as installation:
        client = next(person for person in furnished(installation) if person.role == "client")
        return [put_small_files(installation, client, name="vault.put_10k", files=FILES, goal=GOAL)]
