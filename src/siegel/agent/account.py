"""A person at a server: signs in with the key, knows the firm's certificates, and countersigns what waits for it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from siegel.agent.certificates import Certificates
from siegel.agent.client import Api, Wire
from siegel.agent.errors import AgentError
from siegel.seals.canonical import Json
from siegel.seals.certificates import Accepted, CertificateStore, Known, countersign
from siegel.seals.derive import EpochSeed, PublicKeys, Seed
from siegel.seals.documents import Certificate
from siegel.seals.errors import IntegrityError
from siegel.seals.fields import Fields
from siegel.seals.keyfile import KeyFile
from siegel.seals.login import sign_login

if TYPE_CHECKING:
    from siegel.agent.session import Home

# The server takes no more ids at once.
MOST_ABOUT = 200


@dataclass
class Account:
    """A signed-in person with the seed at hand.

    `teams`: of those he is in, as far as they were asked for, the seed of every generation; None if it does not open.
    """

    api: Api
    key_file: KeyFile
    certificates: Certificates
    keys: PublicKeys = field(init=False)
    teams: dict[str, dict[int, EpochSeed | None]] = field(default_factory=dict)
    # What this device remembers; whatever is learned from then on has to fit.
    home: "Home | None" = None

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

    @property
    def root(self) -> str:
        """The fingerprint of the firm's root: of the last one that the pinned one leads to."""
        known = self.certificates.store.root()
        return known.kid if known else self.key_file.root

    def require_root(self, claimed: str) -> None:
        """IntegrityError `root_differs` unless what the server claims is the root to which the pinned one leads."""
        if claimed != self.root:
            raise IntegrityError("root_differs", "the server names another root than the one known")

    def learn_certificates(self) -> CertificateStore:
        """All that the person may see, verified together; IntegrityError. A firm has thousands of clients."""
        return self.certificates.learn(*self.fetch_evidence().values())

    def learn_about(self, *subjects: str) -> CertificateStore:
        """What is about these people and teams, the person himself and the firm's own, verified with what is known.

        A vault's news bring what verifies the vault. IntegrityError, also for what the device remembers otherwise: who
        is asked about only now may be somebody whose key it saw revoked.
        """
        for some in [subjects[at : at + MOST_ABOUT] for at in range(0, len(subjects), MOST_ABOUT)] or [()]:
            self.certificates.learn(*self.fetch_evidence(some).values())
        if self.home is not None:
            self.require_seen(self.home)
        return self.certificates.store

    def fetch_evidence(self, about: Sequence[str] | None = None) -> dict[str, list[Json]]:
        """`certificates`, `revocations`, `teams`, page by page in the order of the log; nothing is verified yet."""
        parts: dict[str, list[Json]] = {"certificates": [], "revocations": [], "teams": []}
        asked = {} if about is None else {"about": ",".join(about)}
        log = -1
        while True:
            query = urlencode(asked | ({"log": str(log)} if log >= 0 else {}))
            f = Fields(self.api.get(f"keys/certificates{query and '?'}{query}"), "certificates")
            page = {name: f.present(f.items, name) or [] for name in parts}
            for name, items in page.items():
                parts[name] += items
            if not f.present(f.flag, "more"):
                return parts
            log = _last_index(page["certificates"], after=log)

    def require_seen(self, home: "Home") -> None:
        """As `Certificates.require_seen`, now and whenever something is learned about somebody; what is known may be
        older than what another program saw meanwhile.
        """
        self.home = home
        try:
            self.certificates.require_seen(home)
        except IntegrityError as error:
            if error.code not in ("vault_rolled_back", "revocation_hidden"):
                raise
            self.learn_certificates()
            self.certificates.require_seen(home)

    def own(self) -> Known:
        """The person's own certificate; IntegrityError `not_certified`."""
        known = self.certificates.store.by_kid(self.kid)
        if known is None or known.certificate.subject != self.person:
            raise IntegrityError("not_certified", "the firm has not certified this key for this person")
        return known


def _last_index(page: list[Json], *, after: int) -> int:
    """Where the next page begins; AgentError `answer_invalid` if that leads nowhere."""
    last = Fields(page[-1], "certificate").integer("log_index", 0) if page else after
    if last <= after:
        raise AgentError("answer_invalid")
    return last


def sign_in(api: Api, key_file: KeyFile) -> "tuple[Account, Session]":
    """Signs in with the key of `key_file` and verifies what the server says of person and firm.

    AgentError `foreign_key_file`; IntegrityError `root_differs`, `not_certified`.
    From then on a session that ends is renewed by itself.
    """
    account = Account(api, key_file, Certificates(key_file.root))
    session = open_session(api, key_file)
    api.renew = lambda: open_session(api, key_file)
    account.learn_about()
    account.require_root(session.root)
    account.own()
    return account, session


def resume(api: Api, key_file: KeyFile) -> Account:
    """The account behind a session that was saved; nothing is asked of the server yet."""
    api.renew = lambda: open_session(api, key_file)
    return Account(api, key_file, Certificates(key_file.root))


def countersign_waiting(account: Account) -> int:
    """Confirms the provisional certificates this person may confirm; how many there were.

    Whose they are the server says; each is verified with what leads to it: the first redemption of an invitation that
    somebody entitled has issued.
    """
    listed = Fields(account.api.get("keys/provisional"), "provisional").items("certificates")
    theirs = {Certificate.parse(Accepted.from_wire(item).signed).subject for item in listed}
    if theirs:
        account.learn_about(*sorted(theirs))
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
    root: str

    @classmethod
    def of(cls, answer: Wire, *, person: str, firm: str) -> "Session":
        """IntegrityError `session_differs`. `root` is only claimed: see `Account.require_root`."""
        f = Fields(answer, "session")
        who, where = Fields(f.take("person"), "person"), Fields(f.take("firm"), "firm")
        session = cls(
            who.id("id"), who.text("username"), who.text("name"), who.text("role"),
            where.id("id"), where.text("slug"), where.text("name"), where.hash("root"),
        )  # fmt: skip
        if (session.person, session.firm) != (person, firm):
            raise IntegrityError("session_differs", "the server signed somebody else in")
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
    return Session.of(answer, person=key_file.person, firm=key_file.firm)
