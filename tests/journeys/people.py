"""A firm with its people, made by the agent's own ceremonies: what the journeys begin with."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from siegel.agent.account import Account, countersign_waiting
from siegel.agent.client import Api
from siegel.agent.found import found_firm
from siegel.agent.invite import invite
from siegel.agent.opened import OpenVault, open_by_id
from siegel.agent.plan import Item, Outcome, plan_put
from siegel.agent.put import put
from siegel.agent.redeem import redeem
from siegel.agent.session import Home
from siegel.agent.vaults import begin_vault
from siegel.seals.keyfile import KeyFile, write_key_file
from siegel.seals.rows import VaultRow
from tests.installation import Installation

CLIENT_NUMBER = "10058"
CLIENT_NAME = "Bäckerei Harms GmbH"


@dataclass
class Person:
    """Somebody with a password and an unencrypted key file."""

    username: str
    name: str
    password: str
    account: Account
    key_file: Path
    role: str


@dataclass
class Vault:
    """A dossier's vault, as the page knows it."""

    id: str
    title: str
    url: str
    client: str


class Silent:
    """Nobody watches."""

    def moved(self, item: Item, arrived: int, of: int) -> None: ...

    def finished(self, outcome: Outcome) -> None: ...

    def scanning(self, files: int) -> None: ...


@dataclass
class Founding:
    """A firm in which the owner is alone, with one client of whom nobody signs in yet."""

    installation: Installation
    folder: Path
    owner: Person
    client_id: str
    joined: list[Person]

    def join(self, username: str, name: str, role: str) -> Person:
        """Somebody whom the owner has invited and who has redeemed his letter."""
        of = self.client_id if role == "client" else None
        home = Home(self.folder / "state-inhaberin")
        invited = invite(self.owner.account, home, name=name, username=username, role=role, vaults={}, client=of)
        password = f"{username} vier Lampen am Fluss"
        account = redeem(Api(self.installation.url), invited.letter, password).account
        self.joined.append(_person(account, username, name, password, self.folder, role))
        return self.joined[-1]


@dataclass
class Firm(Founding):
    """The firm, its people and, as often as a test asks, a new dossier that all of them hold."""

    slug: str
    name: str
    clerk: Person
    client: Person
    colleague: Person
    # of the set-up: with the seeds of root and recovery
    set_up_file: KeyFile
    _numbers: count[int] = field(default_factory=lambda: count(1))

    @property
    def url(self) -> str:
        return self.installation.url

    @property
    def door(self) -> str:
        """The sign-in page."""
        return f"{self.url}/k/{self.slug}"

    def new_vault(self, title: str | None = None, more: tuple[tuple[str, str], ...] = ()) -> Vault:
        """A dossier of the client with an empty vault that owner and clerk manage and the client writes to.

        `more` are holders by their key ids, with their rights.
        """
        title = title or f"Akte {next(self._numbers)}"
        account = self.owner.account
        dossier = str(account.api.post(f"clients/{self.client_id}/dossiers", {"title": title})["id"])
        account.learn_certificates()
        holders = ((self.clerk.account.kid, "manage"), (self.client.account.kid, "write"), *more)
        row = VaultRow(CLIENT_NAME, CLIENT_NUMBER, title)
        opened = begin_vault(account, self._home(self.owner), row, dossier=dossier, holders=holders)
        return Vault(opened.id, title, f"{self.url}/tresore/{opened.id}", self.client_id)

    def opened(self, vault: Vault, person: Person) -> OpenVault:
        """The vault as the agent of `person` sees it."""
        return open_by_id(person.account, self._home(person), vault.id)

    def readers(self, vault: Vault) -> int:
        """How many people the roster names, and each owner is one; recovery is none."""
        holders = self.opened(vault, self.owner).state.position.now.roster.holders
        return sum(line.rights != "hold" for line in holders)

    def put(self, vault: Vault, person: Person, *sources: Path, allowed: Set[str] = frozenset({"stored"})) -> None:
        """Files and folders, uploaded by `person` without a browser; `allowed`: what may become of them."""
        outcomes = put(self.opened(vault, person), plan_put(sources, ()), Silent())
        assert {outcome.code for outcome in outcomes} <= allowed, outcomes

    def close(self) -> None:
        """Closes the agents' connections."""
        for person in (self.owner, *self.joined):
            person.account.api.close()

    def _home(self, person: Person) -> Home:
        return Home(self.folder / f"state-{person.username}")


def make_firm(installation: Installation, folder: Path, slug: str = "muster", name: str = "Kanzlei Muster") -> Firm:
    """An owner, a clerk, a client with one user, and another member of staff who never signs in."""
    token = installation.create_firm(slug, name)
    password = f"{slug} sieben Kraniche im Nebel"
    founded = found_firm(
        Api(installation.url),
        token,
        owner_name="Martina Muster",
        username="inhaberin",
        password=password,
        firm_name=name,
        firm_place="Musterstadt",
    )
    owner = _person(founded.account, "inhaberin", "Martina Muster", password, folder, "owner")
    client_id = str(owner.account.api.post("clients", {"number": CLIENT_NUMBER, "name": CLIENT_NAME})["id"])
    founding = Founding(installation, folder, owner, client_id, [])
    clerk = founding.join("wulff", "Sabine Wulff", "clerk")
    client = founding.join("harms", "Daniela Harms", "client")
    colleague = founding.join("beispiel", "Bernd Beispiel", "clerk")
    owner.account.learn_certificates()
    countersign_waiting(owner.account)
    people = (clerk, client, colleague)
    return Firm(installation, folder, owner, client_id, founding.joined, slug, name, *people, founded.set_up_file)


def _person(account: Account, username: str, name: str, password: str, folder: Path, role: str) -> Person:
    path = folder / f"{username}.key"
    path.write_bytes(write_key_file(account.key_file, None))
    return Person(username, name, password, account, path, role)
