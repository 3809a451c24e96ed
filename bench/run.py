"""`python -m bench.run`: measures all figures and writes bench/results.json and bench/RESULTS.md.

Each module `bench/<room>_bench.py` has `measure() -> list[dict]`; a row has the fields of `ROW`. Every module runs in
a process of its own, so that one cannot warm, fill or break another. A module that fails stays in the results, as
failed. `python -m bench.run age browser` measures these rooms only and prints, without writing.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TIMEOUT_S = 1800.0
"""For one module. The slowest moves several GiB."""
ROW = ("name", "value", "unit", "goal", "peer", "peer_value", "ratio", "held")

Row = dict[str, Any]


def machine() -> str:
    """Processor, cores, memory and system in one line."""
    cpu_lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in cpu_lines if line.startswith("model name")]
    processor = names[0] if names else platform.machine()
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return f"{processor}, {os.cpu_count()} cores, {memory_gib:.0f} GiB, {system}, Python {platform.python_version()}"


def checked(rows: list[Row]) -> list[Row]:
    """The rows unchanged. Raises ValueError if one lacks a field, has another, or is named without its room."""
    for row in rows:
        if set(row) != set(ROW) or "." not in row["name"]:
            raise ValueError(f"not a row of figures: {row}")
    if not rows:
        raise ValueError("measured nothing")
    return rows


def measure_here(module: str, out: Path) -> None:
    """Child: measure one module of this folder and write its rows."""
    rows = importlib.import_module(f"bench.{module}").measure()
    out.write_text(json.dumps(checked(rows)))


def measure_module(module: str, *, timeout_s: float = TIMEOUT_S) -> list[Row]:
    """Rows of one module; a single row with `error` if it failed or took too long."""
    with tempfile.TemporaryDirectory() as folder:
        out, errors = Path(folder) / "rows.json", Path(folder) / "errors"
        command = [sys.executable, "-m", "bench.run", "--child", module, str(out)]
        # An installed program has its bytecode: to compile everything at each start takes time and memory.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        with errors.open("wb") as stderr:
            child = subprocess.Popen(command, cwd=HERE.parent, env=environment, stderr=stderr, start_new_session=True)
        try:
            child.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return [failed(module, f"took longer than {timeout_s:.0f} s")]
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # peers (servers, browsers) it started and did not end
            child.wait()
        if child.returncode != 0:
            return [failed(module, (errors.read_text().strip() or "no message").splitlines()[-1])]
        rows: list[Row] = json.loads(out.read_text())
        return rows


def failed(module: str, error: str) -> Row:
    return {**dict.fromkeys(ROW), "name": f"{module.removesuffix('_bench')}.failed", "held": False, "error": error}


def render(rows: list[Row]) -> str:
    """The figures as a Markdown page."""
    lines = [
        "# Figures",
        "",
        f"Measured {span(rows)} on {rows[0]['machine']} by `make bench`; ratios are against the named peer in the "
        "same run."
        if rows
        else "Nothing measured yet.",
        "",
        "| Figure | Value | Peer | Ratio | Goal | Held |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *map(render_row, rows)]) + "\n"


def span(rows: list[Row]) -> str:
    """When they were measured: rooms may be measured on different days."""
    dates = sorted({str(row["date"]) for row in rows})
    return dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"


def render_row(row: Row) -> str:
    if "error" in row:
        return f"| `{row['name']}` | {row['error'].replace('|', '/')} | | | | failed |"
    peer = f"{row['peer']}: {number(row['peer_value'])} {row['unit']}" if row["peer"] else ""
    held = {True: "yes", False: "no", None: "no goal"}[row["held"]]
    value = f"{number(row['value'])} {row['unit']}"
    return f"| `{row['name']}` | {value} | {peer} | {number(row['ratio'])} | {number(row['goal'])} | {held} |"


def number(value: float | str | None) -> str:
    """At most four digits that mean something."""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return "" if value is None else str(value)


def modules() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*_bench.py"))


def main(rooms: list[str]) -> int:
    """Exit code 1 if a module failed; a missed goal is a result."""
    stamp = {"machine": machine(), "date": datetime.now(UTC).isoformat(timespec="seconds")}
    rows: list[Row] = []
    for module in [f"{room}_bench" for room in rooms] or modules():
        print(f"{module} …", flush=True)
        rows += [{**row, **stamp} for row in measure_module(module)]
    page = render(rows)
    print(page)
    if not rooms:
        (HERE / "results.json").write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
        (HERE / "RESULTS.md").write_text(page)
    return int(any("error" in row for row in rows))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        measure_here(sys.argv[2], Path(sys.argv[3]))
    else:
        sys.exit(main(sys.argv[1:]))
