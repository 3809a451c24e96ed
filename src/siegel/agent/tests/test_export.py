"""Exporting: plain age files for the person's key, listed, gone on with, and never anything that did not verify."""

import io
import json
from pathlib import Path

import pytest

from siegel.agent import export
from siegel.agent.folders import make_folders
from siegel.agent.opened import OpenVault
from siegel.agent.plan import Item, Plan, plan_put
from siegel.agent.tests.conftest import put_all
from siegel.agent.tests.server import TITLE, Server
from siegel.agent.tests.test_main import Run, online, run, sign_in
from siegel.lib.age import open_file, parse_identity_file
from siegel.seals.errors import IntegrityError

__all__ = ["online", "run"]
CONTENTS = {"Beleg.pdf": b"%PDF" * 1000, "groß.bin": bytes(3 << 20), "leer": b""}


@pytest.fixture
def filled(vault: OpenVault, tmp_path: Path) -> OpenVault:
    folder = tmp_path / "2025"
    folder.mkdir()
    for name, content in CONTENTS.items():
        (folder / name).write_bytes(content)
    assert set(put_all(vault, plan_put([folder], ())).values()) == {"stored"}
    vault.sync()
    return vault


def opened(path: Path, key_file: bytes) -> bytes:
    """What age makes of the file with the person's key file: nothing of Siegel but the format."""
    plain = io.BytesIO()
    with path.open("rb") as sealed:
        open_file(sealed, plain, parse_identity_file(key_file.decode()))
    return plain.getvalue()


def exported(out: Path) -> dict[str, Path]:
    return {path.name.removesuffix(".age"): path for path in out.rglob("*.age")}


def test_all_files_of_a_vault_open_with_the_persons_key_file_alone(run: Run, online: Server, filled: OpenVault) -> None:
    assert sign_in(run, online, online.firm.client) == 0
    out = Path("out")
    assert run("export", "--vault", TITLE, str(out)) == 0
    key_file = Path("key.txt").read_bytes()
    assert {name: opened(path, key_file) for name, path in exported(out).items()} == CONTENTS
    listed = {line["name"]: line for line in json.loads((out / "index.json").read_text())}
    assert {name: line["size"] for name, line in listed.items()} == {name: len(c) for name, c in CONTENTS.items()}
    assert all((out / line["path"]).is_file() for line in listed.values())
    page = (out / "index.html").read_text()
    assert all(name in page for name in CONTENTS)


def test_an_export_goes_on_where_it_was_stopped_and_mends_what_is_broken(
    run: Run, online: Server, filled: OpenVault, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sign_in(run, online, online.firm.client) == 0
    assert run("export", "--firm", "out") == 0
    files = exported(Path("out"))
    files["Beleg.pdf"].unlink()
    with files["groß.bin"].open("r+b") as file:
        file.seek(-1, io.SEEK_END)
        file.write(b"x")
    capsys.readouterr()
    assert run("export", "--firm", "out", "--json") == 0
    assert json.loads(capsys.readouterr().out)["files"] == {"exported": 2, "there": 1, "failed": 0}
    key_file = Path("key.txt").read_bytes()
    assert {name: opened(path, key_file) for name, path in exported(Path("out")).items()} == CONTENTS


def test_a_payload_that_was_altered_is_left_out_and_told_of(
    filled: OpenVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [entity] = [one for path, one in filled.walk(filled.id) if path[-1] == "Beleg.pdf"]
    true = filled.account.api.download(
        f"vaults/{filled.id}/nodes/{entity.id}/versions/{entity.node.version}/payload"
    ).read(1 << 20)
    forged = io.BytesIO(true[:-1] + bytes([true[-1] ^ 1]))
    monkeypatch.setattr(filled.account.api, "download", lambda _: forged)
    with pytest.raises(IntegrityError, check=lambda error: error.code == "payload_altered"):
        export.export_file(filled, entity, tmp_path / "x.age")
    assert not (tmp_path / "x.age").exists()


def test_two_names_that_are_one_on_the_disk_become_two_files(
    run: Run, online: Server, vault: OpenVault, tmp_path: Path
) -> None:
    contents = {"Vertrag.pdf": b"1", ".Vertrag.pdf": b"2", "VERTRAG.pdf": b"3", "Vertrag.pdf.age (2)": b"4"}
    plan = Plan()
    for number, (name, content) in enumerate(contents.items()):
        source = tmp_path / str(number)
        source.write_bytes(content)
        plan.items.append(Item(source, (name,), len(content)))
    assert set(put_all(vault, plan).values()) == {"stored"}
    make_folders(vault, [("Vertrag.pdf.age",)])
    assert sign_in(run, online, online.firm.client) == 0
    assert run("export", "--vault", TITLE, "out") == 0
    key_file = Path("key.txt").read_bytes()
    listed = json.loads(Path("out/index.json").read_text())
    found = {line["name"]: opened(Path("out") / line["path"], key_file) for line in listed}
    assert found == contents


def test_folders_deeper_than_the_disk_takes_stop_nothing_else(run: Run, online: Server, filled: OpenVault) -> None:
    make_folders(filled, [("z" * 200,) * 25])
    assert sign_in(run, online, online.firm.client) == 0
    assert run("export", "--firm", "out") == 3
    assert exported(Path("out")).keys() == CONTENTS.keys()
    assert "path_too_long" in {line.get("problem") for line in json.loads(Path("out/index.json").read_text())}


def test_names_lead_nowhere_else(tmp_path: Path) -> None:
    names = ["..", "../../etc/passwd", "a/b\\c", ".ssh", "x" * 300, "ü" * 200, " ", "a\x1b[31m", "."]
    for name in names:
        safe = export._safe(name)
        path = (tmp_path / f"{safe}.age").resolve()
        assert path.parent == tmp_path
        path.write_bytes(b"")


@pytest.mark.parametrize("arguments", [["out"], ["--firm", "--vault", "x", "out"]])
def test_it_must_be_said_what_is_exported(run: Run, online: Server, arguments: list[str]) -> None:
    assert run("export", *arguments) == 2
    assert not Path("out").exists()
