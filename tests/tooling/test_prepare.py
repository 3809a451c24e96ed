from __future__ import annotations

import pytest

from tools import debian, prepare


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the preparation does after the system packages, on a machine that has none of the scanner's."""
    done: list[str] = []

    def install(needs: tuple[debian.Need, ...]) -> None:
        if debian.CLAMD in needs:
            raise debian.MissingPackagesError([debian.CLAMD.package])

    monkeypatch.setattr(debian, "install_missing", install)
    monkeypatch.setattr(prepare, "prepare_python", done.append)
    monkeypatch.setattr(prepare, "prepare_web", lambda *, with_bundle: done.append("web"))
    return done


def test_the_demo_is_prepared_without_a_virus_scanner_and_one_line_says_what_that_means(
    steps: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    prepare.main("run")
    assert steps == ["run", "web"]
    (line,) = capsys.readouterr().out.splitlines()
    assert "every upload will be refused" in line
    assert "apt-get install --no-install-recommends clamav-daemon" in line


def test_tests_are_not_prepared_without_a_virus_scanner(steps: list[str]) -> None:
    with pytest.raises(SystemExit, match="clamav-daemon"):
        prepare.main("test")
    assert steps == []
