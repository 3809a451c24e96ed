"""The vault that chain.json tells of.

A firm is founded (root, recovery, owner, scanner, service), a clerk is certified and begins a vault for a dossier; he
invites a client, who redeems; the client begins epoch 2, makes a folder and puts a file into it; the clerk countersigns
and adds a second version.
"""

import hashlib
import io
from typing import Any, Protocol

from siegel.lib.age import FileKey, HybridIdentity, open_file, open_payload, seal_payload
from siegel.lib.merkle import SegmentTree
from siegel.seals.canonical import b64
from siegel.seals.certificates import Accepted, CertificateStore, Known, countersign, issue, root_certificate
from siegel.seals.chain import Entry
from siegel.seals.derive import EpochSeed, Seed, commitment, digest
from siegel.seals.documents import Epoch, Holder, Manifest, Roster
from siegel.seals.epochs import rotation_due, seal_seed
from siegel.seals.events import AcceptedEvent
from siegel.seals.files import header_for, open_file_key
from siegel.seals.holders import Moment, members
from siegel.seals.records import AnyChange, EpochChange, FolderChange, Genesis, RosterChange, VersionChange
from siegel.seals.replay import VaultState, next_record
from siegel.seals.revocations import AcceptedRevocation
from siegel.seals.rows import FileRow, FolderRow, Place, Row, VaultRow, fields_of, seal_row
from siegel.seals.scanning import sign_verdict
from siegel.seals.signed import Signed

NOW = 1_800_000_000


class Keeper(Protocol):
    """Keeps age files from one making of the vectors to the next."""

    def kept(self, name: str, make: Any, opens: Any) -> bytes: ...


def seed_of(name: str) -> Seed:
    return Seed(hashlib.sha256(f"seed of {name}".encode()).digest())


def id_of(name: str) -> str:
    return b64(hashlib.sha256(f"id of {name}".encode()).digest()[:16])


def opens_to(content: bytes, identity: HybridIdentity) -> Any:
    """Whether an age file opens to `content`, as a predicate."""

    def opens(age: bytes) -> bool:
        opened = io.BytesIO()
        open_file(io.BytesIO(age), opened, [identity])
        return opened.getvalue() == content

    return opens


class Story:
    def __init__(self, sealed: Keeper) -> None:
        self.sealed = sealed
        self.firm, self.vault = id_of("firm"), id_of("vault")
        self.index = 0
        self.accepted: list[Accepted] = []
        self.known: dict[str, Known] = {}
        self.root = seed_of("root").public_keys(signs_only=True).kid
        self.store = CertificateStore(self.root)
        self.state = VaultState.begin(self.firm, self.vault)
        self.entries: list[Entry] = []
        self.seeds: dict[int, EpochSeed] = {}
        self.wraps: dict[int, dict[str, bytes]] = {}
        self.rows: list[dict[str, Any]] = []
        self.files: list[dict[str, Any]] = []
        self.steps: list[dict[str, Any]] = []

    # The log

    def tick(self) -> tuple[int, int]:
        self.index += 1
        return NOW + 60 * self.index, self.index

    @property
    def moment(self) -> Moment:
        """That of what the log accepted last."""
        return Moment(self.index, NOW + 60 * self.index)

    def accept(self, name: str, signed: Signed) -> Known:
        self.accepted.append(Accepted(signed, *self.tick()))
        self.known[name] = self.store.add(self.accepted[-1])
        self.told(name)
        return self.known[name]

    def certify(self, issuer: str, name: str, kind: str, subject: str, **more: Any) -> Known:
        keys = seed_of(name).public_keys(signs_only=kind in ("scanner", "service"))
        now = NOW + 60 * self.index
        signed = issue(seed_of(issuer), self.known[issuer], keys, kind=kind, subject=subject, now=now, **more)
        return self.accept(name, signed)

    def append(self, author: str, *changes: AnyChange, **documents: Any) -> None:
        record = next_record(self.state.position, seed_of(author), changes)
        entry = Entry(record, *self.tick(), **documents)
        self.state.apply(entry, self.store)
        self.entries.append(entry)
        self.told(author)

    def told(self, who: str) -> None:
        """What a client that has replayed everything so far must find."""
        standing = self.state.position.standing
        self.steps.append(
            {
                "log_index": self.index,
                "time": self.moment.time,
                "who": who,
                "seq": self.state.position.seq,
                "head": self.state.position.head,
                "due": rotation_due(self.state.position, self.store, self.moment.time) if standing else None,
                "members": {m.key: m.rights for m in members(standing.roster, self.store, self.moment).values()}
                if standing
                else None,
                "provisional": sorted({k.kid for k in self.store if self.store.is_provisional(k.kid)}),
            }
        )

    # What is sealed

    def row(self, row: Row, node: str, version: int) -> str:
        epoch = max(self.seeds)
        place = Place(self.firm, self.vault, node, version, epoch)
        nonce = hashlib.sha256(f"{node} {version}".encode()).digest()[:12]
        sealed = seal_row(self.seeds[epoch], place, row, nonce=nonce)
        fields = fields_of(row)
        self.rows.append(
            {"node": node, "version": version, "row": b64(sealed), "epoch": epoch, "kind": row.KIND, "fields": fields}
        )
        return digest(sealed)

    def wrap(self, epoch: int, key: str) -> bytes:
        seed = seed_of(next(name for name, known in self.known.items() if known.kid == key))
        recipient = seed.public_keys().recipient or ""
        content = self.seeds[epoch].reveal()
        return self.sealed.kept(
            f"wrap {epoch} {key}", lambda: seal_seed(self.seeds[epoch], recipient), opens_to(content, seed.identity())
        )

    def epoch(self, author: str, number: int, roster: Roster, roster_hash: str) -> dict[str, Any]:
        """Begins an epoch with a fixed seed; gives the documents of its entry."""
        self.seeds[number] = EpochSeed(hashlib.sha256(f"epoch {number}".encode()).digest())
        recipient = self.seeds[number].recipient()
        previous = self.state.position.now.epoch_hash if number > 1 else None
        kid = self.known[author].kid
        self.wraps[number] = {key: self.wrap(number, key) for key in members(roster, self.store, self.moment)}
        sealed_to = tuple(sorted(self.wraps[number]))
        epoch = Epoch(kid, number, self.firm, previous, recipient, roster_hash, sealed_to, self.vault)
        signed = epoch.sign(seed_of(author))
        documents: dict[str, Any] = {"epoch": signed}
        if number > 1:
            before = self.seeds[number - 1]
            documents["previous_seed"] = self.sealed.kept(
                f"previous seed {number}",
                lambda: seal_seed(before, recipient),
                opens_to(before.reveal(), self.seeds[number].identity()),
            )
        return documents

    def roster(self, author: str, seq: int, holders: dict[str, str]) -> Signed:
        lines = sorted(
            (Holder(self.known[n].kid, rights, self.known[n].certificate.subject) for n, rights in holders.items()),
            key=lambda holder: holder.key,
        )
        previous = self.state.position.now.roster_hash if seq > 1 else None
        return Roster(self.known[author].kid, self.firm, tuple(lines), previous, seq, self.vault).sign(seed_of(author))

    def manifest(self, author: str, node: str, parent: str, version: int, content: bytes) -> Signed:
        """Seals `content` as a version; with everything a reader is given."""
        epoch = max(self.seeds)
        name = f"{node} {version}"
        file_key = FileKey(hashlib.sha256(name.encode()).digest()[:16])
        payload = self.sealed.kept(
            f"payload {name}", lambda: _payload(file_key, content), _payload_opens(file_key, content)
        )
        recipient, identity = self.seeds[epoch].recipient(), self.seeds[epoch].identity()
        header = self.sealed.kept(
            f"header {name}",
            lambda: header_for(file_key, recipient),
            lambda h: open_file_key(h, identity, commitment(file_key)) == file_key,
        )
        tree, plain = SegmentTree(), SegmentTree()
        tree.update(payload)
        plain.update(content)
        row = FileRow(b64(plain.root()), None, NOW, "Beleg ä.txt", len(content), "text/plain")
        before = self.state.nodes.get(node)
        signed = Manifest(
            author=self.known[author].kid,
            checkpoint=None,
            commitment=commitment(file_key),
            copied_from=None,
            epoch=epoch,
            firm=self.firm,
            generation=1,
            node=node,
            parent=parent,
            payload_hash=b64(tree.root()),
            payload_size=len(payload),
            previous=before.manifest if before else None,
            row=self.row(row, node, version),
            vault=self.vault,
            version=version,
        ).sign(seed_of(author))
        manifest = Manifest.parse(signed)
        verdict = self.verdict(manifest)
        self.files.append(
            {
                "node": node,
                "version": version,
                "file_key": b64(file_key.raw),
                "header": b64(header),
                "payload": b64(payload),
                "leaves": b64(b"".join(tree.leaves())),
                "content": b64(content),
                "verdict": verdict.to_wire(),
            }
        )
        return signed

    def verdict(
        self, manifest: Manifest, result: str = "clean", reason: str | None = None, by: str = "scanner"
    ) -> Signed:
        return sign_verdict(
            seed_of(by),
            firm=self.firm,
            payload_hash=manifest.payload_hash,
            commitment=manifest.commitment,
            result=result,
            reason=reason,
            engine="ClamAV 1.4.3",
            database="27800",
            now=NOW,
        )

    # The story itself

    def found(self) -> None:
        self.accept("root", root_certificate(seed_of("root"), self.firm, NOW))
        self.certify("root", "recovery", "recovery", self.firm)
        self.certify("root", "owner", "owner", id_of("owner"))
        self.certify("owner", "scanner", "scanner", id_of("scanner"))
        self.certify("owner", "service", "service", id_of("service"))
        self.certify("owner", "clerk", "clerk", id_of("clerk"))

    def begin(self) -> None:
        roster = self.roster("clerk", 1, {"owner": "manage", "clerk": "manage", "recovery": "hold"})
        documents = self.epoch("clerk", 1, Roster.parse(roster), roster.hash)
        row = VaultRow("Müller & Söhne", "10001", "Jahresabschluss 2025")
        genesis = Genesis(id_of("dossier"), self.row(row, self.vault, 0), "dossier")
        epoch = EpochChange(1, documents["epoch"].hash)
        self.append("clerk", genesis, RosterChange(roster.hash, 1), epoch, roster=roster, **documents)

    def invite(self) -> None:
        self.certify("clerk", "invitation", "invitation", id_of("client"), role="client", vaults=(self.vault,))
        holders = {"owner": "manage", "clerk": "manage", "recovery": "hold", "invitation": "write"}
        roster = self.roster("clerk", 2, holders)
        key = self.known["invitation"].kid
        self.wraps[1] = self.wraps[1] | {key: self.wrap(1, key)}
        self.append("clerk", RosterChange(roster.hash, 2), roster=roster)
        self.certify("invitation", "client", "client", id_of("client"))

    def write(self) -> None:
        now = self.state.position.now
        documents = self.epoch("client", 2, now.roster, now.roster_hash)
        self.append("client", EpochChange(2, documents["epoch"].hash), **documents)
        folder, node = id_of("folder"), id_of("file")
        row = self.row(FolderRow(NOW, "Belege"), folder, 0)
        self.append("client", FolderChange(2, folder, self.vault, row))
        first = self.manifest("client", node, folder, 1, b"Guten Tag.\n")
        self.append("client", VersionChange(first.hash, node, folder, 1), manifests=(first,))
        certificate = self.known["client"].certificate
        at = NOW + 60 * self.index
        self.accept("client countersigned", countersign(seed_of("clerk"), self.known["clerk"], certificate, at))
        second = self.manifest("clerk", node, folder, 2, b"")
        inner = FolderChange(2, id_of("inner"), folder, self.row(FolderRow(NOW, "Alt"), id_of("inner"), 0))
        self.append("clerk", VersionChange(second.hash, node, folder, 2), inner, manifests=(second,))

    def wire(self) -> dict[str, Any]:
        client = self.known["client"].kid
        nodes = {
            name: {
                "kind": n.kind,
                "parent": n.parent,
                "version": n.version,
                "epoch": n.epoch,
                "row": n.row,
                "manifest": n.manifest,
            }
            for name, n in self.state.nodes.items()
        }
        return {
            "firm": self.firm,
            "vault": self.vault,
            "root": self.root,
            "people": {
                name: {"seed": b64(seed_of(name).reveal()), "kid": known.kid, "subject": known.certificate.subject}
                for name, known in self.known.items()
                if name != "client countersigned"
            },
            "certificates": [accepted_wire(item) for item in self.accepted],
            "entries": [entry_wire(entry) for entry in self.entries],
            "rows": self.rows,
            "files": self.files,
            "epoch_seeds": {str(number): b64(seed.reveal()) for number, seed in self.seeds.items()},
            "wraps": [
                {"epoch": n, "key": key, "age": b64(age)}
                for n, wraps in self.wraps.items()
                for key, age in wraps.items()
            ],
            "clients_wraps": [{"epoch": 2, "age": b64(self.wraps[2][client])}],
            "steps": self.steps,
            "nodes": nodes,
        }


def _payload(file_key: FileKey, content: bytes) -> bytes:
    payload = io.BytesIO()
    seal_payload(file_key, io.BytesIO(content), payload)
    return payload.getvalue()


def _payload_opens(file_key: FileKey, content: bytes) -> Any:
    def opens(payload: bytes) -> bool:
        opened = io.BytesIO()
        open_payload(file_key, io.BytesIO(payload), opened)
        return opened.getvalue() == content

    return opens


def accepted_wire(item: Accepted | AcceptedRevocation | AcceptedEvent) -> dict[str, Any]:
    return {"doc": item.signed.to_wire(), "accepted_at": item.accepted_at, "log_index": item.log_index}


def entry_wire(entry: Entry) -> dict[str, Any]:
    wire: dict[str, Any] = {
        "record": entry.record.to_wire(),
        "accepted_at": entry.accepted_at,
        "log_index": entry.log_index,
    }
    if entry.roster:
        wire["roster"] = entry.roster.to_wire()
    if entry.epoch:
        wire["epoch"] = entry.epoch.to_wire()
    if entry.previous_seed:
        wire["previous_seed"] = b64(entry.previous_seed)
    if entry.manifests:
        wire["manifests"] = [manifest.to_wire() for manifest in entry.manifests]
    return wire


def tell(sealed: Keeper) -> Story:
    """The whole story."""
    story = Story(sealed)
    story.found()
    story.begin()
    story.invite()
    story.write()
    return story
