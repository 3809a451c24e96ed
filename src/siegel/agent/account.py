"""A person at a server: signs in with the key, knows the firm's certificates, and countersigns what waits for it."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from siegel.agent.client import Api, Wire
from siegel.agent.errors import AgentError
from siegel.seals.canonical import Json
from siegel.seals.certificates import Accepted, CertificateStore, Known, countersign
from siegel.seals.derive import PublicKeys, Seed
from siegel.seals.errors import IntegrityError
from siegel.seals.fields import Fields
from siegel.seals.keyfile import KeyFile
from siegel.seals.login import sign_login
from siegel.seals.revocations import AcceptedRevocation


class Certificates:
    """All certificates and revocations a server has shown, verified together up to the pinned root.

    What it once said of one it must go on saying: another place in the log could turn a second redemption into the
    first, or let a revoked key sign once more.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._accepted: dict[str, Accepted | AcceptedRevocation] = {}
        self._lock = threading.Lock()
        self.store = CertificateStore(root)

    def learn(self, listed: Iterable[Json], revocations: Iterable[Json] = ()) -> CertificateStore:
        """Verifies and adds what the server lists; IntegrityError."""
        with self._lock:
            count = len(self._accepted)
            for item in map(Accepted.from_wire, listed):
                self._remember(item, "certificate_moved")
            for revocation in map(AcceptedRevocation.from_wire, revocations):
                self._remember(revocation, "revocation_moved")
            if len(self._accepted) != count:
                self.store = CertificateStore.verified(self._accepted.values(), self._root)
            return self.store

    def _remember(self, item: Accepted | AcceptedRevocation, code: str) -> None:
        known = self._accepted.setdefault(item.signed.hash, item)
        if (known.accepted_at, known.log_index) != (item.accepted_at, item.log_index):
            raise IntegrityError(code, "a certificate or revocation changed its place in the log")


@dataclass
class Account:
    """A signed-in person with the seed at hand."""

    api: Api
    key_file: KeyFile
    certificates: Certificates
    keys: PublicKeys = field(init=False)

    def __post_init__(self) -> None:
        self.keys = self.seed.public_keys()
        self.kid = self.keys.kid

    @property
    def seed(self) -> Seed:
        return self.key_file.seed

    @property
    def firm(self) -> str:
        return self.key_file.firm

    @property
    def person(self) -> str:
        return self.key_file.person

    def learn_certificates(self) -> CertificateStore:
        """All that the person may see."""
        f = Fields(self.api.get("keys/certificates"), "certificates")
        return self.certificates.learn(f.items("certificates"), f.present(f.items, "revocations") or ())

    def own(self) -> Known:
        """The person's own certificate; IntegrityError `not_certified`."""
        known = self.certificates.store.by_kid(self.kid)
        if known is None or known.certificate.subject != self.person:
            raise IntegrityError("not_certified", "the firm has not certified this key for this person")
        return known


def sign_in(api: Api, key_file: KeyFile) -> "tuple[Account, Session]":
    """Signs in with the key of `key_file` and verifies what the server says of person and firm.

    AgentError `foreign_key_file`; IntegrityError `root_differs`, `not_certified`.
    From then on a session that ends is renewed by itself.
    """
    account = Account(api, key_file, Certificates(key_file.root))
    session = open_session(api, key_file)
    api.renew = lambda: open_session(api, key_file)
    account.learn_certificates()
    account.own()
    return account, session


def resume(api: Api, key_file: KeyFile) -> Account:
    """The account behind a session that was saved; nothing is asked of the server yet."""
    api.renew = lambda: open_session(api, key_file)
    return Account(api, key_file, Certificates(key_file.root))


def countersign_waiting(account: Account) -> int:
    """Confirms the provisional certificates this person may confirm; how many there were.

    Each was verified with the others: the first redemption of an invitation that somebody entitled has issued.
    """
    own = account.own()
    waiting = account.certificates.store.countersignable(own.certificate)
    for known in waiting:
        signed = countersign(account.seed, own, known.certificate, int(time.time()))
        account.api.post("keys/certificates", {"doc": signed.to_wire()}, repeatable=True)
    return len(waiting)


@dataclass(frozen=True, slots=True)
class Session:
    """Who the server says is signed in, checked against what the key holder knows."""

    person: str
    username: str
    name: str
    role: str
    firm: str
    slug: str
    firm_name: str

    @classmethod
    def of(cls, answer: Wire, *, person: str, firm: str, root: str) -> "Session":
        """IntegrityError `session_differs`, `root_differs`."""
        f = Fields(answer, "session")
        who, where = Fields(f.take("person"), "person"), Fields(f.take("firm"), "firm")
        session = cls(
            who.id("id"), who.text("username"), who.text("name"), who.text("role"),
            where.id("id"), where.text("slug"), where.text("name"),
        )  # fmt: skip
        if (session.person, session.firm) != (person, firm):
            raise IntegrityError("session_differs", "the server signed somebody else in")
        if where.hash("root") != root:
            raise IntegrityError("root_differs", "the server names another root than the pinned one")
        return session


def open_session(api: Api, key_file: KeyFile) -> Session:
    """Proves possession of the key; the server's cookie is in `api` afterwards."""
    challenge = Fields(api.post("sign-in/challenge", {"firm": key_file.slug}, repeatable=True), "challenge")
    if challenge.id("firm") != key_file.firm:
        raise AgentError("foreign_key_file")
    login = sign_login(
        key_file.seed,
        firm=key_file.firm,
        subject=key_file.person,
        nonce=challenge.text("nonce"),
        origin=api.origin,
        now=int(time.time()),
    )
    answer = api.post("sign-in/key", {"firm": key_file.slug, "login": login.to_wire()})
    return Session.of(answer, person=key_file.person, firm=key_file.firm, root=key_file.root)
