"""Every address × every role: who is let in, who is sent away, for whom it does not exist.

A route that is not in the table fails the test, so that nobody adds a door without deciding who may open it.
"""

# long because: one line for each route of the server

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

from siegel.base.models import Tenant
from siegel.base.outmail.actions import post
from siegel.base.outmail.models import OutMail
from siegel.keys.tests.island import Island, found, invite, redemption
from siegel.keys.tests.scanner import ScannerDouble, answering
from siegel.seals.canonical import b64
from siegel.seals.ids import new_id
from siegel.vault.tests.island import add_dossier, begin_upload, begin_vault, open_vault

# visitor: not signed in. client and clerk hold the vault; bystander (another client's user) and colleague (another
# clerk) do not. stranger: the owner of another firm. leader and elsewhere lead the vault's office and another one;
# neither holds the vault.
POSTED = (
    *("sign_out", "language", "theme", "end_sessions", "block", "unblock", "save_address"),
    *("save_settings", "save_mailbox", "confirm_mailbox", "send_again", "verify_log", "save_log_mail"),
)
ROLES = ("visitor", "client", "bystander", "clerk", "colleague", "owner", "stranger", "leader", "elsewhere")

OPEN = "200 200 200 200 200 200 200 200 200"
EVERYONE_SIGNED_IN = "401 200 200 200 200 200 200 200 200"
HOLDERS = "401 200 404 200 404 200 404 404 404"
STAFF_PAGE = "302 404 404 200 200 200 200 200 200"
STAFF = "401 404 404 200 200 200 200 200 200"
OWNER_ONLY = "401 404 404 404 404 200 404 404 404"
# A body of the right form whose contents do not hold: those who may ask get as far as the refusal of the contents.
REFUSED = "400 400 400 400 400 400 400 400 400"
HOLDERS_REFUSED = "401 400 404 400 404 400 404 404 404"

DOC = {"bytes": b64(b"{}"), "sig": b64(b"{}")}
APPEND = {"record": DOC}
KEYS = {"credential": {"s": b64(bytes(32)), "auth_key": b64(bytes(32))}, "unlock": b64(bytes(120))}
HASH = b64(bytes(32))

TABLE: dict[str, str] = {
    # pages
    "GET /": "302 200 200 200 200 200 200 200 200",
    "GET /anmeldung": "200 302 302 302 302 302 302 302 302",
    "GET /k/<slug>": "200 302 302 302 302 302 302 302 302",
    "GET /mandanten": STAFF_PAGE,
    "GET /mandanten/neu": STAFF_PAGE,
    "GET /mitarbeiter": STAFF_PAGE,
    "GET /protokoll": STAFF_PAGE,
    "POST /protokoll/pruefen": "302 404 404 302 302 302 302 302 302",
    "GET /protokoll/export": "302 404 404 302 302 302 302 302 302",  # nobody signs here
    "GET /protokoll/versand": "302 404 404 404 404 200 200 404 404",
    # without saying who
    "POST /protokoll/versand/speichern": "302 404 404 404 404 404 404 404 404",
    "GET /protokoll/vergleichen": STAFF_PAGE,
    "GET /postausgang": "302 404 404 404 404 200 200 404 404",
    "POST /postausgang/<mail_id>/erneut": "302 404 404 404 404 302 404 404 404",
    "GET /mitarbeiter/teams": "302 404 404 404 404 200 200 200 200",
    "GET /mitarbeiter/notfallblatt": "302 404 404 404 404 200 200 404 404",
    "GET /mitarbeiter/systemschluessel": "302 404 404 404 404 200 200 404 404",
    "GET /mandanten/<client_id>": "302 404 404 200 404 200 404 200 404",
    # a clerk of the leader's office, as below
    "GET /zugang/<person_id>/neu": "302 404 404 404 404 200 404 200 404",
    # the person there is a clerk, who sets his own address
    "POST /zugang/<person_id>/e-mail": "302 404 404 404 404 404 404 404 404",
    "POST /zugang/<person_id>/sperren": "302 404 404 404 404 302 404 302 404",
    "POST /zugang/<person_id>/entsperren": "302 404 404 404 404 302 404 302 404",
    "GET /einrichten": OPEN,
    "GET /notfall": OPEN,
    "GET /e": OPEN,
    "GET /e/<invitation_id>": OPEN,
    "GET /mitarbeiter/einladen": "302 404 404 404 404 200 200 200 200",
    "GET /mandanten/<client_id>/neue-akte": "302 404 404 200 404 200 404 200 404",
    "GET /mandanten/<client_id>/einladen": "302 404 404 200 404 200 404 200 404",
    "GET /tresore": "302 200 200 200 200 200 200 200 200",
    "GET /notfall-ordner": "302 200 200 200 200 200 200 200 200",
    "GET /tresore/<vault_id>": "302 200 404 200 404 200 404 404 404",
    # the stranger is the owner of his own firm
    "GET /einstellungen/tresore": "302 404 404 404 404 200 200 404 404",
    "POST /einstellungen/tresore/speichern": "302 404 404 404 404 400 400 404 404",
    "GET /mein-zugang": "302 200 200 200 200 200 200 200 200",
    "POST /mein-zugang/e-mail": "302 302 302 302 302 302 302 302 302",
    "GET /mein-zugang/e-mail/bestaetigen": "302 400 400 400 400 400 400 400 400",
    "POST /mein-zugang/e-mail/bestaetigt": "302 400 400 400 400 400 400 400 400",
    "POST /mein-zugang/sitzungen/beenden": "302 302 302 302 302 302 302 302 302",
    "GET /hilfe": OPEN,
    "GET /impressum": OPEN,
    "GET /datenschutz": OPEN,
    "POST /sprache": "302 302 302 302 302 302 302 302 302",
    "POST /darstellung": "302 302 302 302 302 302 302 302 302",
    "GET /gesund": OPEN,
    # signing in, set-up, invitations: open to all, and each needs a proof
    "POST /api/sign-in/start": OPEN,
    "POST /api/sign-in/password": "401 401 401 401 401 401 401 401 401",
    "POST /api/sign-in/challenge": OPEN,
    "POST /api/sign-in/passkey": "401 401 401 401 401 401 401 401 401",
    "POST /api/sign-in/key": "401 401 401 401 401 401 401 401 401",
    "POST /api/emergency/challenge": OPEN,
    "POST /api/emergency/open": "401 401 401 401 401 401 401 401 401",
    "POST /api/emergency/owner": "401 401 401 401 401 401 401 401 401",
    "POST /api/set-up/open": "410 410 410 410 410 410 410 410 410",
    "POST /api/set-up": "410 410 410 410 410 410 410 410 410",
    "GET /api/invitations/<invitation_id>": OPEN,
    "POST /api/invitations/<invitation_id>/wraps": REFUSED,
    "POST /api/invitations/<invitation_id>/redeem": REFUSED,
    # the signed-in
    "GET /api/session": EVERYONE_SIGNED_IN,
    "GET /api/session/left": EVERYONE_SIGNED_IN,
    "POST /api/session/unlock/challenge": EVERYONE_SIGNED_IN,
    "POST /api/session/unlock/passkey": "401 401 401 401 401 401 401 401 401",
    "POST /api/session/unlock": "401 401 401 401 401 401 401 401 401",
    "GET /api/keys/certificates": EVERYONE_SIGNED_IN,
    "GET /api/keys/provisional": EVERYONE_SIGNED_IN,
    "POST /api/keys/certificates": "401 400 400 400 400 400 400 400 400",
    "POST /api/keys/revocations": "401 400 400 400 400 400 400 400 400",
    "POST /api/keys/recovery": "401 404 404 404 404 400 400 404 404",
    "POST /api/keys/root": "401 404 404 404 404 400 400 404 404",
    "GET /api/keys/due": EVERYONE_SIGNED_IN,
    "GET /api/scanner-key": EVERYONE_SIGNED_IN,
    "GET /api/trusted": EVERYONE_SIGNED_IN,
    "GET /api/trusted/candidates": EVERYONE_SIGNED_IN,
    "POST /api/account/challenge": EVERYONE_SIGNED_IN,
    "GET /api/account/self": EVERYONE_SIGNED_IN,
    "POST /api/account/self": "401 409 409 409 409 409 409 409 409",
    "POST /api/account/password": "401 401 401 401 401 401 401 401 401",
    "POST /api/account/second-factor": "401 401 401 401 401 401 401 401 401",
    "POST /api/account/second-factor/remove": "401 401 401 401 401 401 401 401 401",
    "POST /api/account/recovery-codes": "401 401 401 401 401 401 401 401 401",
    "POST /api/account/passkeys": "401 401 401 401 401 401 401 401 401",
    "POST /api/account/passkeys/<passkey_id>/remove": "401 404 404 404 404 404 404 404 404",
    # the staff
    "POST /api/clients": "401 404 404 201 201 201 201 201 201",
    "POST /api/clients/<client_id>/dossiers": "401 404 404 201 404 201 404 201 404",
    "POST /api/clients/<client_id>/office": OWNER_ONLY,
    "GET /api/offices": STAFF,
    "GET /api/audit/checkpoint": STAFF,
    "GET /api/audit/consistency": STAFF,
    "GET /api/audit/release": STAFF,
    "GET /api/audit/entries": STAFF,
    "GET /api/audit/entries/<index>/proof": "401 404 404 503 503 503 503 503 503",
    "POST /api/audit/witnesses": "401 404 404 400 400 400 400 400 400",
    "POST /api/audit/cosignatures": "401 404 404 404 404 404 404 404 404",
    "POST /api/offices": "401 404 404 404 404 201 201 404 404",
    "POST /api/offices/<office_id>": OWNER_ONLY,
    # a clerk of the leader's office
    "POST /api/people/<person_id>/office": OWNER_ONLY,
    "POST /api/people/<person_id>/block": "401 404 404 404 404 200 404 200 404",
    "POST /api/people/<person_id>/unblock": "401 404 404 404 404 200 404 200 404",
    "GET /api/keys/tree": STAFF,
    # the stranger sees what his own firm has
    "GET /api/keys/recovery/wraps": "401 404 404 404 404 200 200 404 404",
    "GET /api/keys/recovery/lost": "401 404 404 404 404 200 200 404 404",
    "GET /api/teams": STAFF,
    "POST /api/teams": "401 404 404 404 404 400 404 400 404",
    "POST /api/invitations": "401 404 404 400 400 400 400 400 400",
    # vaults
    "GET /api/vaults": EVERYONE_SIGNED_IN,
    "POST /api/vaults": "401 404 404 400 404 400 404 400 404",
    "GET /api/vaults/<vault_id>/head": HOLDERS,
    "GET /api/vaults/<vault_id>/news": HOLDERS,
    "POST /api/vaults/<vault_id>/records": HOLDERS_REFUSED,
    "GET /api/vaults/<vault_id>/notice": HOLDERS,
    # nobody there has an address
    "POST /api/vaults/<vault_id>/notice": "401 404 404 404 404 404 404 404 404",
    "POST /api/vaults/<vault_id>/events": HOLDERS_REFUSED,
    "POST /api/vaults/<vault_id>/hand-overs": "401 404 404 201 404 201 404 404 404",
    "POST /api/vaults/<vault_id>/take-ins": "401 201 404 201 404 201 404 404 404",
    "POST /api/vaults/<vault_id>/check": "401 404 404 404 404 200 404 404 404",
    "POST /api/vaults/<vault_id>/commit": "401 404 404 404 404 400 404 404 404",
    # the client locks, and takes the lock away before anybody else is asked
    "POST /api/vaults/<vault_id>/locks": "401 201 404 409 404 409 404 404 404",
    "DELETE /api/vaults/<vault_id>/locks/<node>": "401 200 404 404 404 404 404 404 404",
    # a dossier's vault, which nobody names anew
    "POST /api/vaults/<vault_id>/title": "401 404 404 404 404 404 404 404 404",
    "GET /api/vaults/<vault_id>/activity": HOLDERS,
    "GET /api/vaults/<vault_id>/thumbnails": HOLDERS,
    "GET /api/vaults/<vault_id>/nodes/<node>/versions/<number>": HOLDERS,
    "GET /api/vaults/<vault_id>/nodes/<node>/versions/<number>/payload": HOLDERS,
    # uploads: begun by holders, afterwards their own alone (this one is the owner's)
    "OPTIONS /api/uploads": "401 204 204 204 204 204 204 204 204",
    "POST /api/uploads": "401 201 404 201 404 201 404 404 404",
    "POST /api/uploads/small": "401 201 404 201 404 201 404 404 404",
    "HEAD /api/uploads/<upload_id>": "401 404 404 404 404 200 404 404 404",
    "PATCH /api/uploads/<upload_id>": "401 404 404 404 404 204 404 404 404",
    "DELETE /api/uploads/<upload_id>": "401 404 404 404 404 204 404 404 404",
    # last: they end the session
    "POST /api/session/end": OPEN,
    "POST /abmelden": "302 302 302 302 302 302 302 302 302",
}


@dataclass
class Stage:
    """The people and the things the addresses name."""

    people: dict[str, Browser]
    names: dict[str, str]
    dossier: str


@pytest.fixture
def stage(db: None) -> Iterator[Stage]:
    with answering(ScannerDouble()):
        yield _stage()
    for folder in (settings.STAGING_DIR, settings.BLOB_DIR):
        shutil.rmtree(Path(folder), ignore_errors=True)


def _stage() -> Stage:
    owner, stranger = found("muster"), found("fremd")
    client_id, dossier = add_dossier(owner)
    vault = begin_vault(owner, dossier)
    other_client, _ = add_dossier(owner, number="2")

    def join(role: str, name: str, **more: Any) -> Island:
        joined = redemption(invite(owner, role=role, username=name, **more), owner).send()
        vault.refresh()
        return joined

    clerk = join("clerk", "wulff", vaults=[vault.holding("manage")])
    client = join("client", "harms", client=client_id, vaults=[vault.holding("write")])
    bystander = join("client", "andere", client=other_client)
    colleague = join("clerk", "kollegin")
    vault.rotate()
    node = vault.put(b"Beleg")
    owner.post(f"clients/{other_client}/dossiers", {"title": "Lohn"})
    offices = [owner.post("offices", {"name": name})["id"] for name in ("Musterstadt", "Anderswo")]
    leader, elsewhere = (join("office_leader", f"leitung{n}", office=office) for n, office in enumerate(offices))
    member = join("clerk", "mitglied", office=offices[0])
    owner.post(f"clients/{client_id}/office", {"office": offices[0]})
    # a dossier of the clerk's without a vault, for POST /api/vaults
    mine = clerk.post(f"clients/{client_id}/dossiers", {"title": "Steuererklärung"})["id"]
    names = {
        "slug": "muster",
        "client_id": client_id,
        "vault_id": vault.id,
        "node": node,
        "number": "1",
        "index": "0",
        "office_id": offices[0],
        "person_id": member.person,
        "passkey_id": "1",
        "upload_id": begin_upload(owner, vault.id, 100, b"x" * 60),
        "mail_id": str(_mail(owner).pk),
        "invitation_id": invite(owner, role="clerk", username="offen").id,
    }
    islands = {
        "client": client,
        "bystander": bystander,
        "clerk": clerk,
        "colleague": colleague,
        "owner": owner,
        "stranger": stranger,
        "leader": leader,
        "elsewhere": elsewhere,
    }
    assert open_vault(client, vault.id).seeds
    cache.clear()  # what the stage asked for does not count against the roles
    people = {"visitor": Browser(), **{role: island.browser for role, island in islands.items()}}
    return Stage(people, names, mine)


def _mail(owner: Island) -> OutMail:
    with transaction.atomic():
        return post(
            tenant=Tenant.objects.get(slug="muster"),
            kind="notice",
            person=owner.person,
            name="N. N.",
            address="n@n.example",
            subject="Neues",
            text="Neues",
        )


def _routes(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    """`METHOD /address/<name>` of everything the server answers."""
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, address)
            continue
        for method in _methods(pattern):
            yield f"{method} {address}".replace("<str:", "<").replace("<int:", "<").replace("<slug:", "<")


def _methods(pattern: URLPattern) -> set[str]:
    """The methods of a route: of an API operation as declared, of a page as it answers."""
    cells = [cell.cell_contents for cell in getattr(pattern.callback, "__closure__", None) or ()]
    for cell in cells:
        if hasattr(cell, "operations"):
            return {method for operation in cell.operations for method in operation.methods}
    return {"POST"} if pattern.name in POSTED else {"GET"}


def test_every_route_stands_in_the_table() -> None:
    routes = {route for route in _routes(get_resolver().url_patterns) if route != "GET /api/"}
    assert routes == TABLE.keys()


def _body(route: str, stage: Stage, role: str) -> Any:
    """A body of the right form; what it says is nothing that holds."""
    upload = stage.names["upload_id"]
    person = {"id": new_id(), "name": "N. N.", "username": "neu"}
    item = {"upload": upload, "payload_hash": HASH, "commitment": HASH, "scanner_header": b64(b"x")}
    files = [{"upload": upload, "manifest": DOC, "header": b64(b"x"), "row": b64(b"x")}]
    return {
        "POST /api/sign-in/start": {"firm": "muster", "username": "inhaberin"},
        "POST /api/sign-in/password": {"firm": "muster", "username": f"niemand-{role}", "auth_key": HASH},
        "POST /api/sign-in/challenge": {"firm": "muster"},
        "POST /api/sign-in/key": {"firm": "muster", "login": DOC},
        "POST /api/emergency/challenge": {"firm": "muster"},
        "POST /api/emergency/open": {"firm": "muster", "login": DOC},
        "POST /api/emergency/owner": {
            "firm": "muster",
            "login": DOC,
            "person": new_id(),
            "name": "N. N.",
            "username": "neu",
            "certificate": DOC,
            **KEYS,
        },
        "POST /api/set-up/open": {"token": "x"},
        "POST /api/set-up": {
            "token": "x",
            "name": "N. N.",
            "username": "neu",
            "firm_name": "N.",
            "firm_place": "N.",
            "person": new_id(),
            "certificates": [DOC] * 5,
            **KEYS,
        },
        "POST /api/invitations/<invitation_id>/wraps": {"login": DOC},
        "POST /api/invitations/<invitation_id>/redeem": {"certificate": DOC, "wraps": [], **KEYS},
        "POST /api/keys/certificates": {"doc": DOC},
        "POST /api/clients": {"number": f"N{ROLES.index(role)}", "name": "Neu"},
        "POST /api/clients/<client_id>/dossiers": {"title": f"Akte {role}"},
        "POST /api/clients/<client_id>/office": {"office": stage.names["office_id"]},
        "POST /api/audit/witnesses": {"name": "PC", "key": "x"},
        "POST /api/audit/cosignatures": {"size": 1, "line": "x"},
        "POST /api/offices": {"name": f"Stelle {role}"},
        "POST /api/offices/<office_id>": {"name": "Musterstadt"},
        "POST /api/people/<person_id>/office": {"office": stage.names["office_id"]},
        "POST /api/people/<person_id>/block": {},
        "POST /api/people/<person_id>/unblock": {},
        "POST /api/keys/revocations": {"revocation": DOC},
        "POST /api/keys/recovery": {"certificate": DOC, "revocation": DOC},
        "POST /api/keys/root": {"root": DOC, "revocation": DOC},
        "POST /api/teams": {
            "id": (team := new_id()),
            "name": "Team",
            "office": stage.names["office_id"],
            "rows": [{"node": team, "version": 0, "row": b64(b"x")}],
            **APPEND,
        },
        "POST /api/invitations": {"id": "ABCDEFGH", "person": person, "role": "client", "certificate": DOC},
        "POST /api/vaults": {"id": new_id(), "dossier": stage.dossier, **APPEND},
        "POST /api/vaults/<vault_id>/records": APPEND,
        "POST /api/vaults/<vault_id>/events": {"doc": DOC},
        "POST /api/vaults/<vault_id>/check": {"uploads": [item]},
        "POST /api/vaults/<vault_id>/title": {"epoch": 1, "row": b64(bytes(60))},
        "POST /api/vaults/<vault_id>/locks": {"node": stage.names["node"], "epoch": 2},
        "POST /api/vaults/<vault_id>/hand-overs": {"package": HASH, "recipient": HASH, "files": 1},
        "POST /api/vaults/<vault_id>/take-ins": {"package": HASH, "sender": HASH, "files": 1},
        "POST /api/vaults/<vault_id>/commit": {"record": DOC, "files": files},
        "POST /api/account/self": {"number": 2, "age": HASH},
        "POST /api/vaults/<vault_id>/notice": {"people": [stage.names["person_id"]]},
        "POST /api/account/password": {"proof": {"auth_key": HASH}, **KEYS},
        "POST /api/account/second-factor": {
            "proof": {"auth_key": HASH},
            "secret": b64(bytes(20)),
            "code": "123456",
        },
        "POST /api/account/second-factor/remove": {"auth_key": HASH, "code": "123456"},
        "POST /api/account/recovery-codes": {"auth_key": HASH, "code": "123456"},
        "POST /api/sign-in/passkey": {
            "firm": "muster",
            "nonce": HASH,
            "credential": HASH,
            "client_data": HASH,
            "authenticator_data": HASH,
            "signature": HASH,
        },
        "POST /api/account/passkeys": {
            "proof": {"auth_key": HASH},
            "nonce": HASH,
            "credential": HASH,
            "client_data": HASH,
            "attestation": HASH,
            "name": "Telefon",
            "unlock": HASH,
        },
        "POST /api/account/passkeys/<passkey_id>/remove": {},
        "POST /api/session/unlock/passkey": {
            "nonce": HASH,
            **dict.fromkeys(("credential", "client_data", "authenticator_data", "signature"), HASH),
        },
        "POST /api/session/unlock": {"auth_key": HASH},
        "POST /api/session/end": {},
    }.get(route)


def _ask(stage: Stage, role: str, route: str) -> int:
    method, address = route.split(" ")
    if address == "/api/audit/consistency":
        address += "?old=1&size=1"
    for name, value in stage.names.items():
        address = address.replace(f"<{name}>", value)
    browser = stage.people[role]
    headers = {"Tus-Resumable": "1.0.0"}
    if "/uploads" in address:
        from base64 import b64encode

        mark = b64encode(stage.names["vault_id"].encode()).decode()
        headers |= {
            "Upload-Length": "100",
            "Upload-Lengths": "100",
            "Upload-Metadata": f"vault {mark}",
            "Upload-Offset": "60",
        }
        content_type = "application/offset+octet-stream"
        body = {"/api/uploads/small": b"y" * 100}.get(address, b"y" if method == "PATCH" else b"")
        response = browser.generic(method, address, body, content_type, headers=headers)
    elif method == "POST" and address.startswith("/api/"):
        response = browser.post(address, _body(route, stage, role), content_type="application/json")
    elif method == "POST":
        form = b"language=de&theme=light&next=/&session=others&address=&digest=off"
        response = browser.generic(method, address, form, "application/x-www-form-urlencoded")
    else:
        response = browser.generic(method, address)
    return int(response.status_code)


@pytest.mark.timeout(400)  # some hundred sign-ins
def test_every_role_gets_at_every_route_what_the_table_says(stage: Stage) -> None:
    wrong = []
    for route, expected in TABLE.items():
        cache.clear()  # how often one source may ask is tested elsewhere
        # the owner last: what he may do to his own things changes them
        order = sorted(ROLES, key=lambda role: role == "owner")
        answered = {role: _ask(stage, role, route) for role in order}
        told = " ".join(str(answered[role]) for role in ROLES)
        if told != expected:
            wrong.append(f"{route}: {told} instead of {expected}")
    assert not wrong, "\n".join(wrong)
