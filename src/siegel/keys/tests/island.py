"""What a browser's island does with keys, in Python, against the real API: found, invite, redeem, sign in."""

import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import Client as Browser

from siegel.firms import actions as firms
from siegel.seals.canonical import b64, unb64
from siegel.seals.certificates import Accepted, CertificateStore, Known, issue, root_certificate
from siegel.seals.derive import PublicKeys, Seed
from siegel.seals.documents import Certificate, Revocation
from siegel.seals.ids import new_id
from siegel.seals.invitations import invitation_seed, new_code, new_invitation_id
from siegel.seals.log_keys import log_subject
from siegel.seals.login import sign_login
from siegel.seals.revocations import AcceptedRevocation
from siegel.seals.signed import Signed

ORIGIN = "http://localhost:8000"
Json = dict[str, Any]


class RefusedError(AssertionError):
    """The server answered an error; the test that does not expect it fails with its code."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.code = str(body.get("code"))
        self.message = str(body.get("message"))


@dataclass
class Island:
    """A person's browser with his seed unlocked."""

    browser: Browser
    firm: str
    slug: str
    root: str
    person: str
    username: str
    seed: Seed
    auth_key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    # what stands on the emergency sheet; whoever founded the firm has it
    sheet: "Sheet | None" = None

    @property
    def kid(self) -> str:
        return self.seed.public_keys().kid

    def get(self, path: str, **headers: str) -> Json:
        return answer_of(self.browser.get(f"/api/{path}", headers=headers))

    def post(self, path: str, body: Mapping[str, Any]) -> Json:
        return post(self.browser, path, body)

    def store(self) -> CertificateStore:
        """All certificates the person may see, verified up to the pinned root."""
        told = self.get("keys/certificates")
        revocations = [AcceptedRevocation.from_wire(one) for one in told["revocations"]]
        return CertificateStore.verified([accepted(one) for one in told["certificates"]], self.root, revocations)

    def own(self) -> Known:
        known = self.store().by_kid(self.kid)
        assert known is not None
        return known

    def revocation(self, kid: str, *, since: int | None = None, reason: str = "left") -> Json:
        """A revocation of a key, whether the island may or not."""
        known = self.store().by_kid(kid)
        assert known is not None
        return {**Revocation(self.kid, known.hash, since, self.firm, reason).sign(self.seed).to_wire()}

    def revoke(self, kid: str, **more: Any) -> Json:
        return self.post("keys/revocations", {"revocation": self.revocation(kid, **more)})

    def sign_in(self) -> Json:
        self.browser = Browser()
        return post(
            self.browser,
            "sign-in/password",
            {"firm": self.slug, "username": self.username, "auth_key": b64(self.auth_key)},
        )


@dataclass
class Sheet:
    """The seeds of root and recovery."""

    root: Seed
    recovery: Seed


@dataclass
class Letter:
    """What an invited person holds in his hands, and how the inviting browser asked for it."""

    id: str
    code: bytes
    person: str
    body: Json


def accepted(wire: Json) -> Accepted:
    return Accepted(Signed.from_wire(wire["doc"]), wire["accepted_at"], wire["log_index"])


def answer_of(response: Any) -> Json:
    body: Json = response.json()
    if response.status_code >= 400:
        raise RefusedError(response.status_code, body)
    return body


def post(browser: Browser, path: str, body: Mapping[str, Any]) -> Json:
    return answer_of(browser.post(f"/api/{path}", body, content_type="application/json"))


def found(slug: str, browser: Browser | None = None) -> Island:
    """A new firm, founded by its owner's browser."""
    _, token = firms.create_firm(slug=slug, name=f"Kanzlei {slug.title()}")
    island, body = founding(token, slug, browser or Browser())
    session = post(island.browser, "set-up", body)
    assert session["firm"]["root"] == island.root
    return island


def founding(token: str, slug: str, browser: Browser, **shown: str) -> tuple[Island, Json]:
    """The owner's browser and what it will send; `shown` are keys a liar showed it instead of the machines."""
    opened = post(browser, "set-up/open", {"token": token}) | shown
    firm, now = opened["firm"]["id"], int(time.time())
    root, recovery, owner = Seed.generate(), Seed.generate(), Seed.generate()
    person = new_id()
    certified = Certifier.of_root(root, firm, now)
    certified.add("recovery", recovery.public_keys(), firm)
    certified.add("owner", owner.public_keys(), person)
    machines = certified.by(owner)
    for kind in ("scanner", "service"):
        machines.add(kind, PublicKeys(opened[f"{kind}_key"], None), new_id())
    if opened["log_key"] is not None:
        machines.add("service", PublicKeys(opened["log_key"], None), log_subject(firm))
    island = Island(browser, firm, slug, certified.root, person, "inhaberin", owner, sheet=Sheet(root, recovery))
    body = {
        "token": token,
        "name": "Henrike Lindhorst",
        "username": island.username,
        "firm_name": "Kanzlei Muster",
        "firm_place": "Oldenburg",
        "person": person,
        "certificates": [document.to_wire() for document in certified.documents],
        **credential(island),
    }
    return island, body


@dataclass
class Certifier:
    """Issues certificates one after the other into one store."""

    seed: Seed
    issuer: Known
    store: CertificateStore
    documents: list[Signed]
    root: str
    now: int

    @classmethod
    def of_root(cls, seed: Seed, firm: str, now: int) -> "Certifier":
        root = seed.public_keys(signs_only=True).kid
        store = CertificateStore(root)
        signed = root_certificate(seed, firm, now)
        return cls(seed, store.add(Accepted(signed, now, 0)), store, [signed], root, now)

    def by(self, seed: Seed) -> "Certifier":
        issuer = self.store.by_kid(seed.public_keys().kid)
        assert issuer is not None
        return Certifier(seed, issuer, self.store, self.documents, self.root, self.now)

    def add(self, kind: str, keys: PublicKeys, subject: str) -> None:
        signed = issue(self.seed, self.issuer, keys, kind=kind, subject=subject, now=self.now)
        self.store.add(Accepted(signed, self.now, 0))
        self.documents.append(signed)


def credential(island: Island) -> Json:
    """What the server gets of a password; the wrap here is only as long as a real one."""
    return {
        "credential": {"s": b64(secrets.token_bytes(32)), "auth_key": b64(island.auth_key)},
        "unlock": b64(secrets.token_bytes(130)),
    }


def letter(
    by: Island, *, role: str, username: str, vaults: Iterable[Json] = (), client: str | None = None, **more: Any
) -> Letter:
    """An invitation as the browser would send it; each of `vaults` is an Append with its `vault`, made by `holding`."""
    code, invitation, person = new_code(), new_invitation_id(), more.pop("person", None) or new_id()
    reset: Json = {name: more.pop(name) for name in ("revocation", "name") if name in more}
    seed = invitation_seed(code, firm=by.firm, invitation=invitation, root=by.root)
    appends = [make(seed, person) for make in vaults]  # type: ignore[operator]
    signer, issuer = by.seed, by.own()
    if role == "owner" and by.sheet:
        known = by.store().root()
        assert known is not None
        signer, issuer = by.sheet.root, known
    signed = issue(
        signer,
        issuer,
        seed.public_keys(),
        kind="invitation",
        subject=person,
        now=int(time.time()),
        role=role,
        vaults=[append["vault"] for append in appends],
        **more,
    )
    body = {
        "id": invitation,
        "person": {"id": person, "name": reset.pop("name", f"Frau {username.title()}"), "username": username},
        "role": role,
        "client": client,
        "office": more.get("office") or by.own().certificate.office,
        **reset,
        "certificate": signed.to_wire(),
        "vaults": appends,
    }
    return Letter(invitation, code, person, body)


def invite(by: Island, **more: Any) -> Letter:
    made = letter(by, **more)
    by.post("invitations", made.body)
    return made


@dataclass
class Redemption:
    """An invited person at work: what he was told, his new keys, and what he will send."""

    island: Island
    letter: Letter
    invitation: Json
    vaults: list[Json]
    body: Json

    def send(self) -> Island:
        post(self.island.browser, f"invitations/{self.letter.id}/redeem", self.body)
        return self.island


def redemption(held: Letter, by: Island) -> Redemption:
    """Steps 1 to 4 of redeeming; `by` only lends the pinned values that the code authenticates."""
    browser = Browser()
    told = answer_of(browser.get(f"/api/invitations/{held.id}"))
    seed = invitation_seed(held.code, firm=by.firm, invitation=held.id, root=by.root)
    invited = Signed.from_wire(told["certificate"])
    assert Certificate.parse(invited).kid == seed.public_keys().kid
    revocations = [AcceptedRevocation.from_wire(one) for one in told["revocations"]]
    store = CertificateStore.verified([accepted(one) for one in told["certificates"]], by.root, revocations)
    login = sign_login(seed, firm=by.firm, subject=held.id, nonce=told["nonce"], origin=ORIGIN, now=int(time.time()))
    vaults = post(browser, f"invitations/{held.id}/wraps", {"login": login.to_wire()})["vaults"]
    island = Island(browser, by.firm, by.slug, by.root, held.person, told["person"]["username"], Seed.generate())
    issuer = store.by_hash(invited.hash)
    assert issuer is not None
    certificate = issue(
        seed,
        issuer,
        island.seed.public_keys(),
        kind=told["role"],
        subject=held.person,
        now=int(time.time()),
        generation=issuer.certificate.generation,
        office=issuer.certificate.office,
    )
    wraps = [_rewrap(vault, seed, island) for vault in vaults]
    body = {"certificate": certificate.to_wire(), "wraps": wraps, **credential(island)}
    return Redemption(island, held, told, vaults, body)


def _rewrap(vault: Json, invited: Seed, island: Island) -> Json:
    from siegel.seals.documents import Epoch
    from siegel.seals.epochs import open_wrap, seal_seed

    epoch = Epoch.parse(Signed.from_wire(vault["epoch"]))
    seed = open_wrap(unb64(vault["wrap"]), invited.identity(), epoch)
    recipient = island.seed.public_keys().recipient
    assert recipient is not None
    return {"vault": vault["vault"], "epoch": epoch.epoch, "age": b64(seal_seed(seed, recipient))}
