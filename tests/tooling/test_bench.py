from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from bench import run

ROW = {
    "name": "age.seal_vs_age_cli",
    "value": 812.5,
    "unit": "MB/s",
    "goal": 2,
    "peer": "age 1.1",
    "peer_value": 300.0,
    "ratio": 2.708,
    "held": True,
}


@pytest.fixture
def bench_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `bench` package of its own with the real runner in it; children run there."""
    folder = tmp_path / "bench"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "run.py").write_text(Path(run.__file__).read_text())
    monkeypatch.setattr(run, "HERE", folder)
    return folder


def test_figures_are_written_with_machine_and_date(bench_folder: Path) -> None:
    (bench_folder / "age_bench.py").write_text(f"def measure():\n    return [{ROW!r}]\n")
    assert run.main([]) == 0
    (row,) = json.loads((bench_folder / "results.json").read_text())
    assert row | ROW == row
    assert row["machine"] == run.machine()
    assert row["date"]
    assert (
        "| `age.seal_vs_age_cli` | 812 MB/s | age 1.1: 300 MB/s | 2.71 | 2 | yes |"
        in (bench_folder / "RESULTS.md").read_text()
    )


def test_a_module_that_fails_is_written_down_and_the_others_are_measured(bench_folder: Path) -> None:
    (bench_folder / "age_bench.py").write_text(f"def measure():\n    return [{ROW!r}]\n")
    (bench_folder / "desk_bench.py").write_text("def measure():\n    raise RuntimeError('no server')\n")
    assert run.main([]) == 1
    rows = json.loads((bench_folder / "results.json").read_text())
    assert [row["name"] for row in rows] == ["age.seal_vs_age_cli", "desk.failed"]
    assert rows[1]["error"] == "RuntimeError: no server"
    assert rows[1]["held"] is False
    assert "no server" in (bench_folder / "RESULTS.md").read_text()


def test_a_module_that_hangs_ends_with_what_it_started(bench_folder: Path, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    (bench_folder / "desk_bench.py").write_text(
        "import subprocess, time, pathlib\n"
        "def measure():\n"
        "    peer = subprocess.Popen(['sleep', '60'])\n"
        f"    pathlib.Path({str(pid_file)!r}).write_text(str(peer.pid))\n"
        "    time.sleep(60)\n"
    )
    (row,) = run.measure_module("desk_bench", timeout_s=3)
    assert row["error"] == "took longer than 3 s"
    deadline = time.monotonic() + 10  # killed is not yet gone; by itself it would run for a minute
    while is_running(int(pid_file.read_text())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(int(pid_file.read_text()))


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("change", [{"name": "unnamed"}, {"extra": 1}])
def test_a_row_that_is_not_a_figure_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a row"):
        run.checked([ROW | change])


def test_an_empty_measurement_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        run.checked([])
