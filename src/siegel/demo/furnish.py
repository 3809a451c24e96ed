"""Founds the firm, invites its people, lets them redeem their letters, and puts their documents into the vaults.

All of it through the agent's own ceremonies over loopback. Without a working scanner the documents wait for the next
start.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from siegel.agent.account import Account, countersign_waiting, sign_in
from siegel.agent.client import Api
from siegel.agent.errors import ServerError
from siegel.agent.found import found_firm
from siegel.agent.invite import invite
from siegel.agent.opened import OpenVault
from siegel.agent.plan import Item, Outcome, plan_put
from siegel.agent.put import put
from siegel.agent.redeem import redeem
from siegel.agent.session import Home
from siegel.agent.teams import found_team
from siegel.agent.vaults import begin_vault, list_vaults, open_named
from siegel.demo import people
from siegel.demo.installation import Demo
from siegel.seals.invitations import Letter
from siegel.seals.keyfile import KeyFile, parse_key_file, write_key_file
from siegel.seals.rows import VaultRow
from siegel.site.serve import clamd_program

DOCUMENTS = Path(__file__).parent / "documents"
# The official signatures take clamd about 20 s on a good machine.
SCANNER_START_S = 90.0
PARALLEL = 2
# Without letters that are mistaken for one another.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass
class Person:
    """A line of people.json."""

    role: str
    username: str
    name: str
    password: str
    key_file: str
    vaults: list[str] = field(default_factory=list)


class Silent:
    """Nobody watches the demonstration's uploads."""

    def moved(self, item: Item, arrived: int, of: int) -> None: ...

    def finished(self, outcome: Outcome) -> None: ...

    def scanning(self, files: int) -> None: ...


def new_password() -> str:
    """Four groups of four characters, about 79 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def make_people(demo: Demo) -> list[Person]:
    """The people of the demonstration, made at the first start and read from people.json afterwards."""
    if not demo.people_file.exists():
        return _found(demo)
    everybody = [Person(**line) for line in json.loads(demo.people_file.read_text(encoding="utf-8"))["people"]]
    # The address may be another one this time.
    _save(demo, everybody)
    return everybody


def _found(demo: Demo) -> list[Person]:
    token = (demo.firm_link(people.FIRM_SLUG, people.FIRM_NAME) or "").partition("#")[2]
    owner = _person(demo, people.OWNER.role, people.OWNER.username, people.OWNER.name)
    founded = found_firm(
        Api(demo.url),
        token,
        owner_name=owner.name,
        username=owner.username,
        password=owner.password,
        firm_name=people.FIRM_NAME,
        firm_place=people.FIRM_PLACE,
    )
    _write_key_file(owner, founded.account.key_file)
    _write(demo.stick / "einrichtung.key", founded.set_up_file)
    everybody = [owner, *_invite_everybody(demo, founded.account)]
    for person in everybody:
        person.vaults = [vault.name for vault in list_vaults(_signed_in(demo, person))]
    _save(demo, everybody)
    return everybody


def _invite_everybody(demo: Demo, owner: Account) -> list[Person]:
    """Clerk, clients' users, each holding his own dossier, and the leader of the office to which all of them belong.

    The staff hold the dossiers through their team. The letters are redeemed side by side, as that takes a while.
    """
    home = Home(demo.folder / "owner-state")
    office = str(owner.api.post("offices", {"name": people.OFFICE})["id"])
    team = found_team(owner, home, people.TEAM)
    joined: list[Person] = []

    def invited(one: people.Member, vaults: dict[str, str], client: str | None = None) -> Future[None]:
        letter = invite(
            owner,
            home,
            name=one.name,
            username=one.username,
            role=one.role,
            vaults=vaults,
            client=client,
            office=office,
            email=f"{one.username}@{people.MAIL_HOST}",
        ).letter
        joined.append(person := _person(demo, one.role, one.username, one.name))
        return pool.submit(_register, demo, person, letter)

    with ThreadPoolExecutor(PARALLEL) as pool:
        for one in [invited(people.CLERK, {team.id: "read"}), invited(people.LEADER, {team.id: "manage"})]:
            one.result()
        # The team's own new key first: then no dossier begins with one that is due.
        team.rotate_if_due()
        users: list[Future[None]] = []
        for client in people.CLIENTS:
            client_id, vault = _begin_dossier(owner, home, client, team, office)
            users += [invited(user, {vault: "write"}, client_id) for user in client.users]
        for one in users:
            one.result()
    countersign_waiting(owner)
    # Consumers know the first of them by their places.
    return sorted(joined, key=lambda person: person.role == people.LEADER.role)


def _begin_dossier(owner: Account, home: Home, client: people.Client, team: OpenVault, office: str) -> tuple[str, str]:
    """(client id, vault id) of the client's one dossier, which the team manages."""
    client_id = str(owner.api.post("clients", {"number": client.number, "name": client.name})["id"])
    owner.api.post(f"clients/{client_id}/office", {"office": office})
    dossier = str(owner.api.post(f"clients/{client_id}/dossiers", {"title": client.dossier})["id"])
    row = VaultRow(client.name, client.number, client.dossier)
    key = team.store.generation(team.id)
    assert key is not None
    return client_id, begin_vault(owner, home, row, dossier=dossier, holders=[(key.kid, "manage")]).id


def _register(demo: Demo, person: Person, letter: Letter) -> None:
    redeemed = redeem(Api(demo.url), letter, person.password)
    _write_key_file(person, redeemed.account.key_file)


def put_documents(demo: Demo, everybody: list[Person]) -> bool:
    """Each client's first user puts the documents of his dossier, unless they lie there.

    Whether all are there: not without a scanner that works.
    """
    by_username = {person.username: person for person in everybody}
    deadline = time.monotonic() + (SCANNER_START_S if os.access(clamd_program(), os.X_OK) else 0)
    for client in people.CLIENTS:
        person = by_username[client.users[0].username]
        account = _signed_in(demo, person)
        vault = open_named(account, Home(demo.folder / "client-state" / person.username), client.dossier)
        # Folders alone may be what an interrupted start has left.
        if any(not entity.is_folder for _, entity in vault.walk(vault.id)):
            continue
        if not _scanner_works(account, deadline):
            return False
        sources = sorted((DOCUMENTS / client.number / client.dossier).iterdir())
        outcomes = put(vault, plan_put(sources, ()), Silent())
        if any(outcome.code != "stored" for outcome in outcomes):
            return False
    return True


def _scanner_works(account: Account, deadline: float) -> bool:
    """Whether uploads are scanned, by the deadline (monotonic): clamd takes a while to load its signatures."""
    while True:
        try:
            account.api.get("scanner-key")
            return True
        except ServerError as error:
            if error.code != "no_scanner":
                raise
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.5)


def _person(demo: Demo, role: str, username: str, name: str) -> Person:
    return Person(role, username, name, new_password(), str(demo.stick / f"{username}.key"))


def _signed_in(demo: Demo, person: Person) -> Account:
    return sign_in(Api(demo.url), parse_key_file(Path(person.key_file).read_bytes()))[0]


def _write_key_file(person: Person, key_file: KeyFile) -> None:
    _write(Path(person.key_file), key_file)


def _write(path: Path, key_file: KeyFile) -> None:
    """Unencrypted: in the demonstration, and only there."""
    path.touch(mode=0o600)
    path.write_bytes(write_key_file(key_file, None))


def _save(demo: Demo, everybody: list[Person]) -> None:
    answer = {"server": demo.url, "firm": people.FIRM_SLUG, "people": [asdict(person) for person in everybody]}
    draft = demo.people_file.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(answer, ensure_ascii=False, indent=2), encoding="utf-8")
    draft.replace(demo.people_file)


def forget_unfinished(demo: Demo) -> None:
    """A demonstration whose making was interrupted has no keys any more: begin again."""
    if not demo.people_file.exists():
        for name in ("data", "owner-state", "client-state", "usb-stick"):
            shutil.rmtree(demo.folder / name, ignore_errors=True)
        demo.stick.mkdir(mode=0o700)
