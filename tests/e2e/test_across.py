"""With the program: files go from one vault into another, by a real server and its scanner."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from siegel.agent.client import Api
from siegel.agent.found import found_firm
from siegel.agent.session import Home
from siegel.agent.vaults import begin_vault
from siegel.seals.rows import VaultRow
from tests.e2e.people import PASSWORD
from tests.e2e.test_root import hands
from tests.installation import Installation

LARGE = bytes(range(256)) * (24 << 10)


@pytest.mark.timeout(200)
def test_a_folder_moves_into_another_vault_with_its_versions_and_lies_in_the_trash_then(
    installation: Installation, tmp_path: Path
) -> None:
    token = installation.create_firm("umzug", "umzug")
    with closing(Api(installation.url)) as api:
        owner = found_firm(
            api, token, owner_name="Martina", username="martina", password=PASSWORD, firm_name="umzug", firm_place=""
        ).account
        for title in ("Alt", "Neu"):
            begin_vault(owner, Home(tmp_path / "state"), VaultRow("", "", title), dossier=None)
        run = hands(tmp_path, installation.url, owner.key_file)
    folder = tmp_path / "Belege"
    folder.mkdir()
    for content in (b"eins", LARGE, b"drei"):
        (folder / "beleg.bin").write_bytes(content)
        (folder / "leer").mkdir(exist_ok=True)
        assert run("vault", "put", folder, "Alt:/").code == 0
    done = run("vault", "cp", "Alt:/Belege", "Neu:/Kopie")
    assert (done.code, "Nicht mitkopiert: 2 frühere Fassungen." in done.err) == (0, True), done.err
    done = run("vault", "mv", "Alt:/Belege", "Neu:/", "--with-versions", "--json")
    assert done.code == 0, done.err
    assert (done.json["result"], done.json["files"], done.json["earlier_left"]) == ("moved_across", 1, 0)
    lines = run("vault", "versions", "Neu:/Belege/beleg.bin", "--json").json
    assert [(line["version"], line["size"]) for line in lines] == [(3, 4), (2, len(LARGE)), (1, 4)]
    assert [entry["name"] for entry in run("vault", "ls", "Neu:/Belege", "--json").json] == ["beleg.bin", "leer"]
    assert [line["name"] for line in run("vault", "trash", "Alt", "--json").json] == ["Belege"]
    assert run("vault", "restore", "Neu:/Belege/beleg.bin", "--version", "2").code == 0
    assert run("vault", "get", "Neu:/Belege/beleg.bin", tmp_path / "zurück").code == 0
    assert (tmp_path / "zurück").read_bytes() == LARGE
    assert not any((tmp_path / "state").rglob("beleg*"))
