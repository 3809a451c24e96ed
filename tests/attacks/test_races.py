"""Two at once, at a real server: of two people with one letter exactly one comes in, of two founders one founds."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from siegel.agent.account import Account
from siegel.agent.client import Api
from siegel.agent.errors import ServerError
from siegel.agent.folders import make_folders
from siegel.agent.found import found_firm
from siegel.agent.invite import invite
from siegel.agent.opened import OpenVault, open_by_id
from siegel.agent.redeem import redeem
from siegel.agent.session import Home
from siegel.agent.vaults import begin_vault
from siegel.seals.rows import VaultRow
from siegel.seals.signed import Signed
from tests.at_once import at_once
from tests.attacks.recording import PASSWORD
from tests.installation import Installation, installed

# What SQLite's single writer decides, PostgreSQL's locks do.
pytestmark = pytest.mark.on_both


class Keeping(Api):
    """Keeps what was sent to redeem."""

    redemption: dict[str, Any]

    def post(self, path: str, body: Any, **more: Any) -> Any:
        if path.endswith("/redeem"):
            self.redemption = dict(body)
        return super().post(path, body, **more)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("races")) as running:
        yield running


@pytest.fixture(scope="module")
def visitor(server: Installation) -> Iterator[Callable[[], Keeping]]:
    """Makes a client without a session; its connections are closed in the end."""
    made: list[Keeping] = []

    def make() -> Keeping:
        made.append(Keeping(server.url))
        return made[-1]

    yield make
    for api in made:
        api.close()


@pytest.fixture(scope="module")
def owner(server: Installation, visitor: Callable[[], Keeping]) -> Account:
    return found(visitor(), server.create_firm("muster", "Kanzlei Muster"))


def found(api: Api, token: str) -> Account:
    return found_firm(
        api,
        token,
        owner_name="Henrike Lindhorst",
        username="inhaberin",
        password=PASSWORD,
        firm_name="Kanzlei Muster",
        firm_place="Oldenburg",
    ).account


def together(*works: Callable[[], object]) -> list[object]:
    """What each gives, or (status, code) of its refusal."""
    return at_once(*works, refusals=(ServerError,), told=lambda error: (error.status, error.code))


def begin_dossier(owner: Account, home: Home, title: str) -> OpenVault:
    """A dossier of a client of its own."""
    client = VaultRow(title, title[:20], title)
    client_id = owner.api.post("clients", {"number": client.client_number, "name": client.client_name})["id"]
    dossier = owner.api.post(f"clients/{client_id}/dossiers", {"title": title})["id"]
    return begin_vault(owner, home, client, dossier=str(dossier))


@pytest.mark.parametrize("name", ["wulff", "meyer", "janssen"])
def test_of_two_people_with_one_letter_exactly_one_comes_in(
    owner: Account, visitor: Callable[[], Keeping], tmp_path: Path, name: str
) -> None:
    home = Home(tmp_path / "home")
    vault = begin_dossier(owner, home, f"Akte-{name}")
    letter = invite(owner, home, name=name, username=name, role="clerk", vaults={vault.id: "write"}).letter
    both = [visitor(), visitor()]
    results = together(*(partial(redeem, api, letter, PASSWORD) for api in both))
    refusals = [result for result in results if isinstance(result, tuple)]
    assert refusals == [(410, "invitation_gone")]
    loser, winner = sorted(both, key=lambda api: isinstance(results[both.index(api)], tuple), reverse=True)
    # An answer may have been lost: the winner's again signs in, the loser's stays refused.
    place = f"invitations/{letter.id}/redeem"
    assert visitor().post(place, winner.redemption)["person"]["username"] == name
    with pytest.raises(ServerError) as refused:
        visitor().post(place, loser.redemption)
    assert refused.value.status == 410
    opened = open_by_id(owner, home, vault.id)
    assert opened.due
    [redeemed] = filter(None, (opened.store.redemption(one.key) for one in opened.state.position.now.roster.holders))
    assert redeemed.hash == Signed.from_wire(winner.redemption["certificate"]).hash


def test_of_two_founders_with_one_link_one_founds(server: Installation, visitor: Callable[[], Keeping]) -> None:
    token = server.create_firm("zweite", "Zweite Kanzlei")
    results = together(*(partial(found, visitor(), token) for _ in range(2)))
    refusals = [result for result in results if isinstance(result, tuple)]
    assert len(refusals) == 1
    assert refusals[0][0] == 410


def test_of_records_with_one_predecessor_one_is_accepted_and_the_others_are_signed_again(
    owner: Account, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    vault = begin_dossier(owner, home, "Lohn")
    views = [open_by_id(owner, Home(tmp_path / str(number)), vault.id) for number in range(4)]
    results = together(*(partial(make_folders, view, [(f"Ordner {n}",)]) for n, view in enumerate(views)))
    assert results == [None] * 4
    last = open_by_id(owner, home, vault.id)
    assert last.state.position.seq == 5
    assert sorted(last.children(last.id)) == [f"Ordner {n}" for n in range(4)]
