"""What a browser's island does with vaults, in Python, against the real API: begin, replay, seal, commit, open."""

import base64
import io
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from siegel.firms.models import Dossier
from siegel.keys.tests.island import Island, Json, accepted
from siegel.lib.age import HybridIdentity, open_payload
from siegel.seals import files
from siegel.seals.canonical import b64, unb64
from siegel.seals.certificates import CertificateStore
from siegel.seals.chain import Entry
from siegel.seals.derive import EpochSeed, PublicKeys, Seed, digest
from siegel.seals.documents import Holder, Manifest, Roster, ScannerKey
from siegel.seals.epochs import HeldWrap, NewEpoch, first_epoch, next_epoch, open_epochs, wrap_for
from siegel.seals.ids import new_id
from siegel.seals.records import AnyChange, FolderChange, Genesis, PlaceChange, RosterChange, VersionChange
from siegel.seals.replay import VaultState, next_record
from siegel.seals.revocations import AcceptedRevocation
from siegel.seals.signed import Signed
from siegel.seals.teams import replay_team

STREAM = "application/offset+octet-stream"


@dataclass
class Sealed:
    """A file as the island sealed it."""

    payload: bytes
    sealed: files.SealedFile
    upload: str = ""

    @classmethod
    def of(cls, content: bytes) -> "Sealed":
        sink = io.BytesIO()
        sealed = files.seal(io.BytesIO(content), sink)
        return cls(sink.getvalue(), sealed)


@dataclass
class OpenVault:
    """A vault replayed and opened by one person. `at` is only moved by `refresh`."""

    island: Island
    id: str
    state: VaultState
    store: CertificateStore
    seeds: dict[int, EpochSeed] = field(default_factory=dict)
    rows: dict[tuple[str, int], bytes] = field(default_factory=dict)
    due: bool = False

    @property
    def epoch(self) -> int:
        return self.state.position.now.epoch.epoch

    @property
    def head(self) -> Json:
        return {"seq": self.state.position.seq, "head": self.state.position.head}

    def refresh(self) -> "OpenVault":
        more = True
        while more:
            news = self.island.get(f"vaults/{self.id}/news?since={self.state.position.seq}")
            self.store = verified(news, self.island.root)
            for entry in news["records"]:
                self.state.apply(Entry.from_wire(entry), self.store)
            for row in news["rows"]:
                self.rows[(row["node"], row["version"])] = unb64(row["row"])
            wraps = news["wraps"]
            more = news["more"]
        own = {wrap["epoch"]: unb64(wrap["age"]) for wrap in wraps if wrap["key"] == self.island.kid}
        keys = self.team_keys() if len(own) < len(wraps) else {}
        through = [
            HeldWrap(wrap["epoch"], unb64(wrap["age"]), keys[wrap["key"]]) for wrap in wraps if wrap["key"] in keys
        ]
        self.seeds = open_epochs(own, self.island.seed, self.state.epochs, through).seeds
        self.due = news["due"]
        return self

    def team_keys(self) -> dict[str, HybridIdentity]:
        """The identities of the teams the vault names and the person is in, by key id."""
        found = {}
        for team in self.store.teams.keys() & {one["id"] for one in self.island.get("teams")["teams"]}:
            for seed in open_vault(self.island, team).seeds.values():
                found[PublicKeys(None, seed.recipient()).kid] = seed.identity()
        return found

    def record(self, *changes: AnyChange) -> Signed:
        return next_record(self.state.position, self.island.seed, changes)

    def append(self, record: Signed, **documents: Any) -> Json:
        return self.island.post(f"vaults/{self.id}/records", {"record": record.to_wire(), **documents})

    def folder(self, parent: str | None = None, row: bytes = b"") -> tuple[FolderChange, Json]:
        row = row or secrets.token_bytes(60)
        change = FolderChange(self.epoch, new_id(), parent or self.id, digest(row))
        return change, {"node": change.node, "version": 0, "row": b64(row)}

    def add_folder(self, parent: str | None = None) -> str:
        change, row = self.folder(parent)
        self.append(self.record(change), rows=[row])
        self.refresh()
        return change.node

    def place(self, node: str, parent: str | None = None, row: bytes = b"") -> tuple[PlaceChange, Json]:
        row = row or secrets.token_bytes(50)
        change = PlaceChange(self.epoch, node, parent or self.id, digest(row))
        return change, {"node": node, "version": 0, "row": b64(row)}

    def change(self, *changes: AnyChange | tuple[AnyChange, Json]) -> Json:
        """One record without files; a change that needs a row comes with it."""
        rows = [one[1] for one in changes if isinstance(one, tuple)]
        made = [one[0] if isinstance(one, tuple) else one for one in changes]
        answer = self.append(self.record(*made), rows=rows)
        self.refresh()
        return answer

    def copy_body(self, source: str, version: int = 1, *, onto: str | None = None, **more: Any) -> Json:
        """The commit of a copy of a version: a new file, or a further version of the node `onto`."""
        place = f"vaults/{self.id}/nodes/{source}/versions/{version}"
        meta = self.island.get(place)
        signed = Signed.from_wire(meta["manifest"])
        copied = Manifest.parse(signed)
        file_key = files.open_file_key(unb64(meta["header"]), self.seeds[copied.epoch].identity(), copied.commitment)
        row, before = secrets.token_bytes(120), self.state.nodes[onto] if onto else None
        fields: dict[str, Any] = {
            "author": self.island.kid,
            "copied_from": signed.hash,
            "epoch": self.epoch,
            "generation": 1,
            "node": onto or new_id(),
            "parent": before.parent if before else self.id,
            "previous": before.manifest if before else None,
            "row": digest(row),
            "version": before.version + 1 if before else 1,
        }
        made = replace(copied, **(fields | more))
        manifest = made.sign(self.island.seed)
        change = VersionChange(manifest.hash, made.node, made.parent, made.version)
        header = files.header_for(file_key, self.state.position.now.epoch.recipient)
        sealed = {"upload": None, "manifest": manifest.to_wire(), "header": b64(header), "row": b64(row)}
        return {"record": self.record(change).to_wire(), "files": [sealed]}

    def copy(self, source: str, version: int = 1, **more: Any) -> str:
        """A copy within the vault; returns its node."""
        body = self.copy_body(source, version, **more)
        self.island.post(f"vaults/{self.id}/commit", body)
        self.refresh()
        return Manifest.parse(Signed.from_wire(body["files"][0]["manifest"])).node

    def rotation(self, now: int | None = None) -> tuple[NewEpoch, Json]:
        now = now or int(time.time())
        new = next_epoch(self.island.seed, self.state.position, [self.seeds[self.epoch]], self.store, now)
        assert new.previous_seed is not None
        return new, {
            "epoch": new.signed.to_wire(),
            "previous_seed": b64(new.previous_seed),
            "wraps": [{"key": wrap.key, "age": b64(wrap.age)} for wrap in new.wraps],
        }

    def rotate(self) -> None:
        new, documents = self.rotation()
        self.append(self.record(new.change), **documents)
        self.refresh()

    def holding(self, rights: str) -> Callable[[Seed, str], Json]:
        """For `letter`: the roster change by which an invitation's key becomes a holder."""
        return lambda seed, person: self._holding(seed, person, rights)

    def replacing(self, kid: str) -> Callable[[Seed, str], Json]:
        """For `letter` to a person who is known: the invitation's key takes the line of his old one."""
        [old] = [line for line in self.state.position.now.roster.holders if line.key == kid]
        return lambda seed, person: self._holding(seed, person, old.rights, without=kid)

    def _holding(self, seed: Seed, person: str, rights: str, without: str = "") -> Json:
        from siegel.seals.epochs import seal_seed

        now, keys = self.state.position.now, seed.public_keys()
        kept = [line for line in now.roster.holders if line.key != without]
        holders = (*kept, Holder(keys.kid, rights, person))
        roster = self.roster(holders)
        recipient = keys.recipient
        assert recipient is not None
        return {
            "vault": self.id,
            "record": self.record(RosterChange(roster.hash, now.roster.seq + 1)).to_wire(),
            "roster": roster.to_wire(),
            "wraps": [{"key": keys.kid, "age": b64(seal_seed(self.seeds[self.epoch], recipient))}],
        }

    def roster(self, holders: Iterable[Holder]) -> Signed:
        now = self.state.position.now
        lines = tuple(sorted(holders, key=lambda holder: holder.key))
        return Roster(self.island.kid, self.island.firm, lines, now.roster_hash, now.roster.seq + 1, self.id).sign(
            self.island.seed
        )

    def send(self, content: bytes) -> Sealed:
        """Seal and upload in one request."""
        made = Sealed.of(content)
        made.upload = begin_upload(self.island, self.id, len(made.payload), made.payload)
        return made

    def check(self, *made: Sealed) -> list[Json]:
        recipient = ScannerKey.parse(Signed.from_wire(self.island.get("scanner-key")["doc"])).recipient
        items = [
            {
                "upload": one.upload,
                "payload_hash": one.sealed.payload_hash,
                "commitment": one.sealed.commitment,
                "scanner_header": b64(files.header_for(one.sealed.file_key, recipient)),
            }
            for one in made
        ]
        results: list[Json] = self.island.post(f"vaults/{self.id}/check", {"uploads": items})["results"]
        return results

    def manifest(self, made: Sealed, row: bytes, **more: Any) -> Manifest:
        fields = {
            "author": self.island.kid,
            "checkpoint": None,
            "commitment": made.sealed.commitment,
            "copied_from": None,
            "epoch": self.epoch,
            "firm": self.island.firm,
            "generation": 1,
            "node": new_id(),
            "parent": self.id,
            "payload_hash": made.sealed.payload_hash,
            "payload_size": made.sealed.payload_size,
            "previous": None,
            "row": digest(row),
            "vault": self.id,
            "version": 1,
        }
        return Manifest(**(fields | more))

    def commit_body(self, *made: Sealed, **more: Any) -> Json:
        """The commit of new files with random rows; `more` goes into the manifests."""
        recipient = self.state.position.now.epoch.recipient
        changes, listed = [], []
        for one in made:
            row = secrets.token_bytes(120)
            manifest = self.manifest(one, row, **more)
            signed = manifest.sign(self.island.seed)
            changes.append(VersionChange(signed.hash, manifest.node, manifest.parent, manifest.version))
            listed.append(
                {
                    "upload": one.upload,
                    "manifest": signed.to_wire(),
                    "header": b64(files.header_for(one.sealed.file_key, recipient)),
                    "row": b64(row),
                }
            )
        return {"record": self.record(*changes).to_wire(), "files": listed}

    def commit(self, *made: Sealed, **more: Any) -> Json:
        answer = self.island.post(f"vaults/{self.id}/commit", self.commit_body(*made, **more))
        self.refresh()
        return answer

    def put(self, content: bytes) -> str:
        """A whole upload; returns the node."""
        made = self.send(content)
        [result] = self.check(made)
        assert result["code"] is None
        before = set(self.state.nodes)
        self.commit(made)
        [node] = set(self.state.nodes) - before
        return node

    def open(self, node: str, version: int = 1) -> bytes:
        """Fetch and open a version without looking at the chain, which `refresh` did."""
        place = f"vaults/{self.id}/nodes/{node}/versions/{version}"
        meta = self.island.get(place)
        manifest = Manifest.parse(Signed.from_wire(meta["manifest"]))
        identity = self.seeds[manifest.epoch].identity()
        file_key = files.open_file_key(unb64(meta["header"]), identity, manifest.commitment)
        response = self.island.browser.get(f"/api/{place}/payload")
        payload = b"".join(response.streaming_content)  # type: ignore[attr-defined]
        sink = io.BytesIO()
        open_payload(file_key, io.BytesIO(payload), sink)
        return sink.getvalue()


def verified(told: Json, root: str) -> CertificateStore:
    """What an answer says of keys, verified; the teams in it replayed."""
    revocations = [AcceptedRevocation.from_wire(one) for one in told["revocations"]]
    store = CertificateStore.verified([accepted(one) for one in told["certificates"]], root, revocations)
    for team in told["teams"]:
        store.teams[team["id"]] = replay_team([Entry.from_wire(one) for one in team["entries"]], store)
    return store


def open_vault(island: Island, vault: str) -> OpenVault:
    return OpenVault(island, vault, VaultState.begin(island.firm, vault), CertificateStore(island.root)).refresh()


def genesis(island: Island, dossier: str | None, **more: Any) -> Json:
    """What begins a vault: its creator manages it, a dossier's the owners too, the firm's recovery key holds it."""
    store = more.get("store") or island.store()
    vault = more.get("vault") or new_id()
    rights = {"recovery": "hold"} | ({"owner": "manage"} if dossier else {})
    rights.pop(more.get("without", ""), None)
    named = {known.kid: known.certificate for known in store if known.certificate.kind in rights}
    holders = {Holder(kid, rights[one.kind], one.subject) for kid, one in named.items()}
    holders.add(Holder(island.kid, "manage", island.person))
    holders |= set(more.get("holders", ()))
    roster_document = Roster(island.kid, island.firm, tuple(sorted(holders, key=lambda one: one.key)), None, 1, vault)
    roster = roster_document.sign(island.seed)
    epoch = first_epoch(island.seed, roster_document, roster.hash, store, int(time.time()))
    row = secrets.token_bytes(80)
    changes = (
        Genesis(dossier, digest(row), "dossier" if dossier else "personal"),
        RosterChange(roster.hash, 1),
        epoch.change,
    )
    state = VaultState.begin(island.firm, vault)
    return {
        "id": vault,
        "dossier": dossier,
        "record": next_record(state.position, island.seed, changes).to_wire(),
        "roster": roster.to_wire(),
        "epoch": epoch.signed.to_wire(),
        "wraps": [{"key": wrap.key, "age": b64(wrap.age)} for wrap in epoch.wraps],
        "rows": [{"node": vault, "version": 0, "row": b64(row)}],
    }


def begin_vault(island: Island, dossier: str | None = None, **more: Any) -> OpenVault:
    body = genesis(island, dossier, **more)
    island.post("vaults", body)
    return open_vault(island, body["id"])


def add_dossier(owner: Island, number: str = "10058", title: str = "Buchhaltung 2026") -> tuple[str, str]:
    """Ids of a client and a dossier without a vault."""
    client = owner.post("clients", {"number": number, "name": f"Mandant {number}"})["id"]
    dossier = owner.post(f"clients/{client}/dossiers", {"title": title})["id"]
    return client, dossier


def client_of(vault: OpenVault) -> str:
    """The id of the client whose dossier the vault is for."""
    return Dossier.objects.get(vault_id=vault.id).client_id


def tus(island: Island, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
    """One request of the upload protocol."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return island.browser.generic(
        method, f"/api/{path}", body, content_type=STREAM if body else "", headers={"Tus-Resumable": "1.0.0", **named}
    )


def begin_upload(island: Island, vault: str, length: int, body: bytes = b"") -> str:
    """The id of a new upload that already has `body`."""
    mark = base64.b64encode(vault.encode()).decode()
    response = tus(island, "POST", "uploads", body, Upload_Length=str(length), Upload_Metadata=f"vault {mark}")
    assert response.status_code == 201, response.content
    return str(response["Location"]).rpartition("/")[2]


__all__ = [
    "OpenVault",
    "Sealed",
    "add_dossier",
    "begin_upload",
    "begin_vault",
    "client_of",
    "genesis",
    "open_vault",
    "tus",
    "wrap_for",
]
