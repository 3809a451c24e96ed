"""With the program: somebody whose key was lost gets his own vault back from an owner with the file of the set-up."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from siegel.agent.client import Api
from siegel.agent.directory import person_named
from siegel.agent.errors import ServerError
from siegel.agent.found import found_firm
from siegel.agent.invite import invite
from siegel.agent.opened import open_by_id
from siegel.agent.redeem import redeem
from siegel.agent.reissue import reissue
from siegel.agent.session import Home
from siegel.agent.vaults import begin_vault
from siegel.seals.derive import Seed
from siegel.seals.keyfile import write_key_file
from siegel.seals.rows import VaultRow
from tests.e2e.people import PASSWORD
from tests.e2e.test_root import hands
from tests.installation import Installation


@pytest.mark.timeout(200)
def test_an_owner_gives_a_clerk_with_a_new_key_his_own_vault_back(installation: Installation, tmp_path: Path) -> None:
    slug = "rueckgabe"
    token = installation.create_firm(slug, slug)
    with ExitStack() as lines:
        api = lines.enter_context(closing(Api(installation.url)))
        founded = found_firm(
            api, token, owner_name="Martina", username="martina", password=PASSWORD, firm_name=slug, firm_place="Ort"
        )
        owner, home = founded.account, Home(tmp_path / "state")
        letter = invite(owner, home, name="Petra", username="petra", role="clerk", vaults={}).letter
        petra = redeem(lines.enter_context(closing(Api(installation.url))), letter, PASSWORD).account
        recovery = founded.set_up_file.recovery_seed
        assert recovery is not None
        hold = [(recovery.public_keys().kid, "hold")]
        hers = Home(tmp_path / "petra")
        vault = begin_vault(petra, hers, VaultRow("", "", "Entwürfe"), dossier=None, holders=hold).id
        closed = begin_vault(petra, hers, VaultRow("", "", "Nur ich"), dossier=None).id

        sheet, other, wrong = tmp_path / "einrichtung.age", tmp_path / "andere.age", tmp_path / "martina.age"
        sheet.write_bytes(write_key_file(founded.set_up_file, None))
        wrong.write_bytes(write_key_file(owner.key_file, None))
        foreign = replace(founded.set_up_file, recovery_seed=Seed.generate())
        other.write_bytes(write_key_file(foreign, None))
        run = hands(tmp_path, installation.url, owner.key_file)
        done = run("keys", "recovery", "readmit", sheet, "petra", "--yes", "--json")
        assert (done.code, done.json["readmitted"]) == (0, []), "her key is in force"

        again_letter = reissue(owner, home, person_named(owner, "petra")).invited.letter
        again = redeem(lines.enter_context(closing(Api(installation.url))), again_letter, PASSWORD).account
        state = Home(tmp_path / "petra-2")
        with pytest.raises(ServerError):
            open_by_id(again, state, vault)
        for file in (wrong, other):
            assert run("keys", "recovery", "readmit", file, "petra", "--yes").code == 1
        done = run("keys", "recovery", "readmit", sheet, "petra", "--yes", "--json")
        assert done.code == 0, done.err
        assert (done.json["readmitted"], done.json["failed"], done.json["key"]) == ([vault], {}, again.kid)
        opened = open_by_id(again, state, vault)
        assert opened.title == "Entwürfe"
        assert opened.rotate_if_due()
        for account, chain in ((again, closed), (owner, vault)):
            with pytest.raises(ServerError):
                open_by_id(account, state, chain)
