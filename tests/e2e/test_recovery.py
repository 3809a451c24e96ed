"""With the program: a second owner, and another recovery key for every dossier and team."""

from __future__ import annotations

import re
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from siegel.agent.account import Account
from siegel.agent.client import Api, Wire
from siegel.agent.found import found_firm
from siegel.agent.opened import open_by_id
from siegel.agent.redeem import redeem
from siegel.agent.session import Home
from siegel.agent.teams import found_team
from siegel.agent.vaults import begin_vault
from siegel.seals.canonical import unb64
from siegel.seals.derive import EpochSeed, Seed
from siegel.seals.epochs import open_epochs
from siegel.seals.invitations import Letter
from siegel.seals.keyfile import parse_key_file, write_key_file
from siegel.seals.rows import VaultRow
from tests.e2e.people import PASSWORD
from tests.e2e.test_root import SECRET, hands
from tests.installation import Installation


def opened_with(account: Account, home: Home, chain: str, recovery: Seed) -> dict[int, EpochSeed]:
    """Epochs of a vault that a recovery seed opens, of what the server hands out."""
    listed: list[Wire] = account.api.get("keys/recovery/wraps")["chains"]
    [found] = [one for one in listed if one["id"] == chain]
    kid = recovery.public_keys().kid
    wraps = {wrap["epoch"]: unb64(wrap["age"]) for wrap in found["wraps"] if wrap["key"] == kid}
    return open_epochs(wraps, recovery, open_by_id(account, home, chain).state.epochs).seeds


@pytest.mark.timeout(400)
def test_a_second_owner_comes_and_recovery_is_replaced_everywhere(installation: Installation, tmp_path: Path) -> None:
    slug = "zweitens"
    token = installation.create_firm(slug, slug)
    with ExitStack() as lines:
        api = lines.enter_context(closing(Api(installation.url)))
        founded = found_firm(
            api, token, owner_name="Martina", username="martina", password=PASSWORD, firm_name=slug, firm_place="Ort"
        )
        owner, home = founded.account, Home(tmp_path / "state")
        client = str(owner.api.post("clients", {"number": "1", "name": "Müller"})["id"])
        dossier = str(owner.api.post(f"clients/{client}/dossiers", {"title": "Akte"})["id"])
        vault = begin_vault(owner, home, VaultRow("Müller", "1", "Akte"), dossier=dossier).id
        team = found_team(owner, home, "Lohn", office=None, members=[]).id

        old, new = tmp_path / "alt.age", tmp_path / "neu.age"
        old.write_bytes(write_key_file(founded.set_up_file, None))
        hers = hands(tmp_path, installation.url, owner.key_file)

        letter = tmp_path / "brief.txt"
        words = ("--name", "Paul Partner", "--letter", letter, "--vault", "Akte")
        wrong = tmp_path / "martina.key"
        assert hers("keys", "invite-owner", "paul", "--root", wrong, *words).code != 0
        assert not letter.exists(), "no letter without the root"
        done = hers("keys", "invite-owner", "paul", "--root", old, *words)
        assert done.code == 0, done.err
        link = re.search(r"https?://\S+", letter.read_text())
        assert link is not None
        joined = redeem(lines.enter_context(closing(Api(installation.url))), Letter.parse(link.group()), PASSWORD)
        assert joined.account.own().certificate.kind == "owner"

        recovery = founded.set_up_file.recovery_seed
        assert recovery is not None
        assert opened_with(owner, home, vault, recovery)
        done = hers("keys", "recovery", "replace", old, new, "--yes", "--json")
        assert done.code == 0, done.err
        assert set(done.json["renewed"]) == {vault, team}
        made = parse_key_file(new.read_bytes(), SECRET)
        assert (made.root, made.recovery_seed is None) == (founded.set_up_file.root, False)
        assert made.recovery_seed is not None
        owner.learn_certificates()
        for chain in (vault, team):
            assert opened_with(owner, home, chain, recovery) == {}, "the old one opens nothing new"
            epochs = open_by_id(owner, home, chain).state.epochs
            assert opened_with(owner, home, chain, made.recovery_seed).keys() == set(range(1, len(epochs) + 1))
        assert hers("keys", "audit", "--json").json["recovery_waiting"] == 0
        # what was made for the old recovery is good for nothing
        store = owner.certificates.store
        assert not store.in_force(recovery.public_keys().kid)
        assert hers("keys", "rotate", "--all").code == 0
        assert hers("keys", "recovery", "replace", old, tmp_path / "drei.age", "--yes").code == 0
