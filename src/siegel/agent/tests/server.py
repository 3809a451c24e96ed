"""A server in memory, at the edge of the process: it keeps what it is given, and lies or fails as a test wants.

It checks records with the same rules as the real one, so that what it accepts is what a real one would accept.
"""

# long because: one server, all of whose routes share what it keeps

import io
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx

from siegel.agent.account import Account
from siegel.agent.client import Api
from siegel.lib.age import open_payload
from siegel.lib.merkle import SegmentTree
from siegel.seals.canonical import b64, unb64
from siegel.seals.certificates import Accepted
from siegel.seals.chain import Entry
from siegel.seals.derive import EpochSeed, Seed, digest
from siegel.seals.documents import Certificate, Login, Manifest, Roster
from siegel.seals.epochs import first_epoch, required_wraps, rotation_due
from siegel.seals.errors import IntegrityError
from siegel.seals.files import open_file_key
from siegel.seals.holders import Moment, is_member, rights_of
from siegel.seals.ids import new_id
from siegel.seals.keyfile import KeyFile
from siegel.seals.login import verify_login
from siegel.seals.records import Genesis, PlaceChange, Record, ResealChange, RosterChange, VersionChange
from siegel.seals.replay import VaultState, next_record
from siegel.seals.revocations import AcceptedRevocation
from siegel.seals.rows import Place, VaultRow, seal_row
from siegel.seals.scanning import announce_scanner_key, sign_verdict
from siegel.seals.signed import Signed
from siegel.seals.teams import replay_team
from siegel.seals.tests.people import Firm, Holders, Person, signed_roster, with_kept

ORIGIN = "http://127.0.0.1:8000"
TITLE = "Einkommensteuer 2025"
MARK = b"this is malware"
Wire = dict[str, Any]
Answer = tuple[int, Wire]


@dataclass
class Upload:
    """Bytes on their way in."""

    vault: str
    length: int
    content: bytearray = field(default_factory=bytearray)
    verdict: Signed | None = None


@dataclass
class StoredVault:
    """A vault as a server has it: everything sealed."""

    state: VaultState
    shown: VaultRow
    dossier: str | None
    entries: list[Wire] = field(default_factory=list)
    wraps: dict[tuple[int, str], bytes] = field(default_factory=dict)
    rows: dict[tuple[str, int], bytes] = field(default_factory=dict)
    versions: dict[tuple[str, int], Wire] = field(default_factory=dict)
    payloads: dict[tuple[str, int], bytes] = field(default_factory=dict)
    places: list[tuple[str, bytes]] = field(default_factory=list)
    locks: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.state.position.vault

    @property
    def is_team(self) -> bool:
        return bool(self.entries) and self.state.position.now.vault_kind == "team"

    def names(self, person: str) -> bool:
        return any(line.subject == person for line in self.state.position.now.roster.holders)


class Server:
    """`lies` alter an answer, by path; `before` is called with each request and may fail it."""

    def __init__(self) -> None:
        self.firm = Firm(now=_now())
        self.vaults: dict[str, StoredVault] = {}
        self.uploads: dict[str, Upload] = {}
        self.nonce = ""
        self.signed_in: Person | None = None
        self.ended: set[str] = set()
        self.lies: list[Callable[[str, Wire], Wire]] = []
        self.before: Callable[[httpx.Request], None] = lambda request: None
        self.requests: list[str] = []
        self.queries: list[str] = []
        self.self_records: dict[str, list[Wire]] = {}
        self.handed_over: list[Wire] = []
        self.taken_in: list[Wire] = []
        self.scanner_seed = Seed.generate()
        self.scanner_keys_renewed = 0
        self.cut_after: int | None = None

    # What tests use

    def api(self) -> Api:
        return Api(ORIGIN, transport=httpx.MockTransport(self.handle), pauses_s=(0, 0, 0))

    def key_file(self, person: Person) -> KeyFile:
        username = person.known.certificate.kind
        return KeyFile(self.firm.id, "muster", person.id, username, 1, self.firm.root_kid, person.seed)

    def account(self, person: Person) -> Account:
        from siegel.agent.account import sign_in

        return sign_in(self.api(), self.key_file(person))[0]

    def begin_vault(self, author: Person, holders: Holders, title: str = TITLE) -> StoredVault:
        vault_id, dossier, shown = new_id(), new_id(), VaultRow("Müller", "10001", title)
        roster = signed_roster(author, self.firm.id, vault_id, with_kept(self.firm, holders))
        epoch = first_epoch(author.seed, Roster.parse(roster), roster.hash, self.firm.store, self.firm.now)
        row = seal_row(epoch.seed, Place(self.firm.id, vault_id, vault_id, 0, 1), shown)
        changes = (Genesis(dossier, digest(row), "dossier"), RosterChange(roster.hash, 1), epoch.change)
        state = VaultState.begin(self.firm.id, vault_id)
        vault = self.vaults[vault_id] = StoredVault(state, shown, dossier)
        body = {
            "record": next_record(state.position, author.seed, changes).to_wire(),
            "roster": roster.to_wire(),
            "epoch": epoch.signed.to_wire(),
            "wraps": [{"key": wrap.key, "age": b64(wrap.age)} for wrap in epoch.wraps],
            "rows": [{"node": vault_id, "version": 0, "row": b64(row)}],
        }
        status, answer = self.append(vault, body)
        assert status == 201, answer
        return vault

    def content(self, vault: StoredVault, node: str, version: int, seed: EpochSeed) -> bytes:
        """What a reader with the epoch's seed gets of a stored version."""
        found = vault.versions[node, version]
        manifest = json.loads(unb64(found["manifest"]["bytes"]))
        key = open_file_key(unb64(found["header"]), seed.identity(), manifest["commitment"])
        opened = io.BytesIO()
        open_payload(key, io.BytesIO(vault.payloads[node, version]), opened)
        return opened.getvalue()

    # The wire

    def handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/")
        self.requests.append(f"{request.method} {path}")
        self.queries.append(request.url.query.decode())
        self.signed_in = self.person_of(request)
        self.before(request)
        if path.startswith("uploads"):
            return self.tus(request, path)
        if path.endswith("/payload"):
            return self.payload(request, path)
        body = json.loads(request.read()) if request.method == "POST" else {}
        status, answer = self.answer(request, path, body)
        for lie in self.lies:
            answer = lie(path, answer)
        cookies = [("Set-Cookie", "siegel_csrf=token; Path=/")]
        if path == "sign-in/key" and self.signed_in:
            cookies.append(("Set-Cookie", f"siegel_session={self.signed_in.id}; Path=/"))
        return httpx.Response(status, json=answer, headers=cookies)

    def self_record(self, body: Wire) -> Answer:
        assert self.signed_in
        kept = self.self_records.setdefault(self.signed_in.id, [])
        if body and body["number"] != len(kept) + 1:
            return 409, {"code": "stale", "message": "stale"}
        if body:
            kept.append(body)
            return 201, {}
        return 200, kept[-1] if kept else {"number": 0, "age": None}

    def person_of(self, request: httpx.Request) -> Person | None:
        """Whose session cookie it is, unless that session has ended."""
        people = (self.firm.owner, self.firm.clerk, self.firm.client)
        cookies = request.headers.get("Cookie", "")
        return next((one for one in people if one.id in cookies and one.id not in self.ended), None)

    def answer(self, request: httpx.Request, path: str, body: Wire) -> Answer:
        if request.method == "POST" and request.headers.get("X-CSRFToken") != "token":
            return 403, {"code": "csrf", "message": "csrf"}
        if path.startswith("sign-in/"):
            return self.sign_in(path, body)
        if self.signed_in is None:
            return 401, {"code": "signed_out", "message": "Bitte melden Sie sich an."}
        if path.startswith("vaults/"):
            return self.in_vault(path.split("/")[1:], dict(request.url.params), body)
        simple: dict[str, Callable[[], Answer]] = {
            "keys/certificates": lambda: self.certificates(body),
            "keys/provisional": self.provisional,
            "account/self": lambda: self.self_record(body),
            "session": lambda: (200, {}),
            "keys/revocations": lambda: self.revoke(body),
            "keys/due": self.due,
            "keys/tree": self.tree,
            "offices": lambda: (200, {"offices": []}),
            "teams": lambda: (
                self.found_team(body) if body else (200, {"teams": [self.team_line(one) for one in self.teams()]})
            ),
            "vaults": lambda: (
                200,
                {"vaults": [self.vault_line(vault) for vault in self.vaults.values() if not vault.is_team]},
            ),
            "scanner-key": lambda: (200, {"doc": self.scanner_key().to_wire(), "certificate": None}),
        }
        return simple[path]()

    def sign_in(self, path: str, body: Wire) -> Answer:
        if path == "sign-in/challenge":
            self.nonce = secrets.token_hex(8)
            return 200, {"firm": self.firm.id, "nonce": self.nonce}
        signed = Signed.from_wire(body["login"])
        people = (self.firm.owner, self.firm.clerk, self.firm.client)
        [person] = [one for one in people if one.id == Login.parse(signed).subject]
        verify_login(signed, person.known.certificate, subject=person.id, nonce=self.nonce, origin=ORIGIN)
        self.signed_in = person
        self.ended.discard(person.id)
        role = person.known.certificate.kind
        who = {"id": person.id, "username": role, "name": role.title(), "role": role, "kid": person.kid}
        firm = {"id": self.firm.id, "slug": "muster", "name": "Kanzlei Muster", "root": self.firm.root_kid}
        return 200, {"person": who, "firm": firm, "half": b64(bytes(32)), "unlock": None}

    def certificates(self, body: Wire) -> Answer:
        if not body:
            return 200, self.evidence()
        signed = Signed.from_wire(body["doc"])
        self.firm.store.add(item := Accepted(signed, self.firm.now, self.firm.next_index()))
        self.firm.accepted.append(item)
        return 201, {}

    def provisional(self) -> Answer:
        store, parse = self.firm.store, Certificate.parse
        waiting = [one for one in self.firm.accepted if store.is_provisional(parse(one.signed).kid)]
        return 200, {"certificates": [_accepted(one) for one in waiting]}

    def evidence(self) -> Wire:
        """Everybody sees all of the firm."""
        certificates = [_accepted(item) | {"provisional": False} for item in self.firm.accepted]
        teams = [{"id": vault.id, "entries": list(vault.entries)} for vault in self.teams()]
        return {
            "certificates": certificates,
            "revocations": [_accepted(item) for item in self.firm.revocations],
            "teams": teams,
        }

    def teams(self) -> list[StoredVault]:
        return [vault for vault in self.vaults.values() if vault.is_team]

    def is_in_team(self, team_kid: str, kid: str) -> bool:
        known = self.firm.store.by_kid(team_kid)
        if known is None or known.certificate.kind != "team":
            return False
        return is_member(self.firm.store.teams[known.certificate.subject], kid, self.firm.moment, self.firm.store)

    def found_team(self, body: Wire) -> Answer:
        vault = StoredVault(VaultState.begin(self.firm.id, body["id"]), VaultRow("", "", body["name"]), None)
        self.vaults[vault.id] = vault
        return self.append(vault, body)

    def team_line(self, vault: StoredVault) -> Wire:
        assert self.signed_in
        roster, due = vault.state.position.now.roster, self.is_due(vault)
        rights = rights_of(self.signed_in.kid, roster, self.firm.store, Moment.planned(self.firm.now))
        return {
            "id": vault.id, "name": vault.shown.title, "office": None, "due": due, "rights": rights, **self.head(vault)
        }  # fmt: skip

    def is_due(self, vault: StoredVault) -> bool:
        return bool(vault.entries) and rotation_due(vault.state.position, self.firm.store, self.firm.now)

    def due(self) -> Answer:
        due = [vault for vault in self.vaults.values() if self.is_due(vault)]
        teams, vaults = (sorted(one.id for one in due if one.is_team is wanted) for wanted in (True, False))
        return 200, {"teams": teams, "vaults": vaults, "more": False}

    def revoke(self, body: Wire) -> Answer:
        try:
            self.firm.accept_revocation(Signed.from_wire(body["revocation"]))
        except IntegrityError as error:
            return 400, {"code": error.code, "message": error.code}
        for doc in body["certificates"]:
            self.certificates({"doc": doc})
        due = [vault for vault in self.vaults.values() if self.is_due(vault)]
        teams = sorted(vault.id for vault in due if vault.is_team)
        return 201, {"vaults": len(due) - len(teams), "teams": teams}

    def tree(self) -> Answer:
        """Everybody looks after everybody."""
        people = [(one, one.known.certificate) for one in (self.firm.owner, self.firm.clerk, self.firm.client)]
        lines = [
            {
                "id": one.id,
                "username": certificate.kind,
                "name": certificate.kind.title(),
                "role": certificate.kind,
                "office": None,
                "state": "active",
                "generation": certificate.generation,
                "kid": one.kid,
                "since": one.known.accepted_at,
                "in_force": self.firm.store.in_force(one.kid),
                "devices": 1,
                "vaults": sum(not vault.is_team and vault.names(one.id) for vault in self.vaults.values()),
                "teams": sorted(vault.id for vault in self.teams() if vault.names(one.id)),
                "methods": ["password"],
            }
            for one, certificate in people
        ]
        return 200, {"people": sorted(lines, key=lambda line: str(line["id"])), "teams": [], "more": False}

    def vault_line(self, vault: StoredVault) -> Wire:
        dossier = {"id": vault.dossier, **asdict(vault.shown)}
        return {
            "id": vault.id,
            "vault_kind": "dossier",
            "dossier": dossier,
            "rights": "write",
            "old": 1,
            **self.head(vault),
        }

    def head(self, vault: StoredVault) -> Wire:
        return {"seq": vault.state.position.seq, "head": vault.state.position.head}

    def scanner_key(self) -> Signed:
        recipient = self.scanner_seed.public_keys().recipient or ""
        return announce_scanner_key(self.firm.scanner.seed, self.firm.id, recipient, now=_now())

    def in_vault(self, parts: list[str], params: dict[str, str], body: Wire) -> Answer:
        vault = self.vaults[parts[0]]
        if parts[1] == "news":
            return 200, self.news(vault, int(params["since"]))
        if parts[1] == "records":
            return self.append(vault, body)
        if parts[1] == "locks":
            return self.lock(vault, parts, body)
        if parts[1] == "check":
            return self.check(body)
        if parts[1] == "commit":
            return self.commit(vault, body)
        if parts[1] in ("hand-overs", "take-ins"):
            (self.handed_over if parts[1] == "hand-overs" else self.taken_in).append(body)
            return 201, {}
        return 200, vault.versions[parts[2], int(parts[4])]

    def news(self, vault: StoredVault, since: int) -> Wire:
        assert self.signed_in
        key = self.signed_in.kid
        return {
            "records": vault.entries[since:],
            **self.evidence(),
            "wraps": [
                {"epoch": epoch, "key": kid, "age": b64(age)}
                for (epoch, kid), age in vault.wraps.items()
                if kid == key or self.is_in_team(kid, key)
            ],
            "rows": [
                *({"node": n, "version": v, "row": b64(row)} for (n, v), row in vault.rows.items()),
                *({"node": n, "version": 0, "row": b64(row)} for n, row in vault.places),
            ],
            "more": False,
            **self.head(vault),
            "due": self.is_due(vault),
        }

    def append(self, vault: StoredVault, body: Wire, manifests: tuple[Wire, ...] = ()) -> Answer:
        before = vault.state.position
        if certificate := body.get("certificate"):
            self.certificates({"doc": certificate})
        logged = {"accepted_at": self.firm.now, "log_index": self.firm.next_index()}
        wire = {name: body[name] for name in ("record", "roster", "epoch", "previous_seed") if body.get(name)}
        wire |= {"manifests": list(manifests), **logged}
        if (before.standing and rotation_due(before, self.firm.store, self.firm.now)) and not body.get("epoch"):
            return 409, {"code": "stale", "message": "stale"}
        try:
            vault.state.apply(Entry.from_wire(wire), self.firm.store)
        except IntegrityError as error:
            stale = error.code in ("record_seq", "record_previous", "epoch_not_current")
            return (409, {"code": "stale", "message": "stale"}) if stale else (400, {"code": error.code, "message": ""})
        wraps = {wrap["key"]: unb64(wrap["age"]) for wrap in body.get("wraps", [])}
        assert wraps.keys() == required_wraps(before, vault.state.position, self.firm.store, self.firm.now)
        epoch = vault.state.position.now.epoch.epoch
        if body.get("epoch"):
            assert vault.state.position.now.epoch.sealed_to == tuple(sorted(wraps))
        vault.wraps |= {(epoch, key): age for key, age in wraps.items()}
        changes = Record.parse(Signed.from_wire(body["record"])).changes
        placed = {one.node for one in changes if isinstance(one, PlaceChange)}
        for row in body.get("rows", []):
            if row["node"] in placed:
                vault.places.append((row["node"], unb64(row["row"])))
            else:
                vault.rows[row["node"], row["version"]] = unb64(row["row"])
        vault.entries.append(wire)
        if vault.is_team:
            entries = [Entry.from_wire(one) for one in vault.entries]
            self.firm.store.teams[vault.id] = replay_team(entries, self.firm.store)
        return 201, self.head(vault)

    # Files

    def tus(self, request: httpx.Request, path: str) -> httpx.Response:
        headers = {"Tus-Resumable": "1.0.0"}
        if path.endswith("/small"):
            return httpx.Response(201, json={"uploads": self.small(request)})
        if request.method == "POST":
            name = new_id()
            upload = self.uploads[name] = Upload("", int(request.headers["Upload-Length"]))
            upload.content += request.read()
            headers |= {"Location": f"/api/uploads/{name}", "Upload-Offset": str(len(upload.content))}
            return httpx.Response(201, headers=headers)
        upload = self.uploads[path.split("/")[1]]
        if request.method == "PATCH":
            assert int(request.headers["Upload-Offset"]) == len(upload.content)
            content = request.read()
            if self.cut_after is not None:
                upload.content += content[: self.cut_after]
                raise httpx.WriteError("the line broke")
            upload.content += content
        headers["Upload-Offset"] = str(len(upload.content))
        return httpx.Response(200 if request.method == "HEAD" else 204, headers=headers)

    def small(self, request: httpx.Request) -> list[str]:
        """Each of many payloads as an upload; what they are is where one ends and the next begins."""
        content, names = io.BytesIO(request.read()), []
        for length in map(int, request.headers["Upload-Lengths"].split(",")):
            names.append(new_id())
            upload = self.uploads[names[-1]] = Upload("", length)
            upload.content += content.read(length)
        assert not content.read()
        return names

    def check(self, body: Wire) -> Answer:
        results = []
        for item in body["uploads"]:
            upload = self.uploads[item["upload"]]
            assert len(upload.content) == upload.length
            identity = self.scanner_seed.identity()
            try:
                key = open_file_key(unb64(item["scanner_header"]), identity, item["commitment"])
            except IntegrityError:
                return 409, {"code": "scanner_key_gone", "message": "gone"}
            opened = io.BytesIO()
            open_payload(key, io.BytesIO(upload.content), opened)
            result, reason = ("infected", "Mark") if MARK in opened.getvalue() else ("clean", None)
            upload.verdict = self.verdict(item, result, reason)
            code = None if result == "clean" else result
            results.append({"upload": item["upload"], "verdict": upload.verdict.to_wire(), "code": code, "message": ""})
        return 200, {"results": results}

    def verdict(self, item: Wire, result: str, reason: str | None, by: Person | None = None) -> Signed:
        return sign_verdict(
            (by or self.firm.scanner).seed,
            firm=self.firm.id,
            payload_hash=item["payload_hash"],
            commitment=item["commitment"],
            result=result,
            reason=reason,
            engine="test",
            database="1",
            now=_now(),
        )

    def commit(self, vault: StoredVault, body: Wire) -> Answer:
        files = body["files"]
        status, answer = self.append(vault, body, tuple(file["manifest"] for file in files))
        if status != 201:
            return status, answer
        changes = [
            c
            for c in Record.parse(Signed.from_wire(body["record"])).changes
            if isinstance(c, VersionChange | ResealChange)
        ]
        for change, file in zip(changes, files, strict=True):
            if file["upload"] is None:
                self.copy(vault, (change.node, change.version), file)
                continue
            upload = self.uploads.pop(file["upload"])
            assert upload.verdict
            tree = SegmentTree()
            tree.update(upload.content)
            place = (change.node, change.version)
            if isinstance(change, ResealChange):
                vault.places.append((change.node, vault.rows[place]))
            vault.rows[place] = unb64(file["row"])
            vault.payloads[place] = bytes(upload.content)
            vault.versions[place] = {
                "manifest": file["manifest"],
                "header": file["header"],
                "verdict": upload.verdict.to_wire(),
                "leaves": b64(b"".join(tree.leaves())),
            }
        return 201, answer

    def copy(self, vault: StoredVault, place: tuple[str, int], file: Wire) -> None:
        """A version with the payload and the verdict of the one whose manifest it names."""
        wanted = Manifest.parse(Signed.from_wire(file["manifest"])).copied_from
        [source] = [at for at, one in vault.versions.items() if Signed.from_wire(one["manifest"]).hash == wanted]
        vault.rows[place], vault.payloads[place] = unb64(file["row"]), vault.payloads[source]
        sealed = {"manifest": file["manifest"], "header": file["header"]}
        vault.versions[place] = vault.versions[source] | sealed

    def lock(self, vault: StoredVault, parts: list[str], body: Wire) -> Answer:
        assert self.signed_in
        if body:
            vault.locks[body["node"]] = self.signed_in.id
            return 201, {"until": _now() + 3600}
        if parts[2] not in vault.locks:
            return 404, {"code": "not_found", "message": "not found"}
        del vault.locks[parts[2]]
        return 200, {}

    def payload(self, request: httpx.Request, path: str) -> httpx.Response:
        parts = path.split("/")
        content = self.vaults[parts[1]].payloads[parts[3], int(parts[5])]
        if wanted := request.headers.get("Range"):
            offset = int(wanted.removeprefix("bytes=").removesuffix("-"))
            return httpx.Response(206, stream=httpx.ByteStream(content[offset:]))
        return httpx.Response(200, stream=httpx.ByteStream(content))


def _accepted(item: Accepted | AcceptedRevocation) -> Wire:
    return {"doc": item.signed.to_wire(), "accepted_at": item.accepted_at, "log_index": item.log_index}


def _now() -> int:
    import time

    return int(time.time())
