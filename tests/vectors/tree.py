"""The vectors of tree.json: a vault whose folders and files are moved, removed, restored, purged, copied, released and
sealed anew.

Its people are those of the story. Payloads are only named, never made: no rule of a chain looks into one.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from siegel.seals import canonical
from siegel.seals.canonical import b64
from siegel.seals.derive import digest
from siegel.seals.documents import Manifest
from siegel.seals.nodes import MAX_DEPTH
from siegel.seals.records import (
    AnyChange,
    FolderChange,
    PlaceChange,
    PurgeChange,
    ReleaseChange,
    RemoveChange,
    ResealChange,
    VersionChange,
)
from siegel.seals.rows import FileRow, FolderRow, LockRow, Place, PlaceRow, Row, fields_of, seal_row
from siegel.seals.signed import Signed
from tests.vectors.others import Other
from tests.vectors.pictures import pictured
from tests.vectors.resealed import seal_anew
from tests.vectors.story import NOW, Story, accepted_wire, entry_wire, id_of, seed_of

RIGHTS = {"owner": "manage", "clerk": "write", "client": "write", "recovery": "hold"}


@dataclass
class Trees:
    """The vault, step by step; what is sealed has a fixed nonce."""

    story: Story
    steps: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    signed: dict[tuple[str, int], Signed] = field(default_factory=dict)
    originals: dict[tuple[str, int], Signed] = field(default_factory=dict)
    # Manifests that come in the place of others.
    reseals: set[str] = field(default_factory=set)
    epoch: int = 1
    nonce: int = 0

    def __post_init__(self) -> None:
        self.other = Other(self.story, "tree")
        self.vault = self.other.vault
        self.take("the vault begins", "owner", self.other.beginning("owner", RIGHTS))

    # What is sealed

    def row(self, node: str, version: int, row: Row, epoch: int | None = None) -> str:
        self.nonce += 1
        epoch = epoch or self.epoch
        place = Place(self.story.firm, self.vault, node, version, epoch)
        sealed = seal_row(self.other.seed(epoch), place, row, nonce=self.nonce.to_bytes(12))
        wire = {"node": node, "version": version, "row": b64(sealed), "epoch": epoch, "kind": row.KIND}
        self.rows.append(wire | {"fields": fields_of(row)})
        return digest(sealed)

    def folder(self, name: str, parent: str = "", **more: Any) -> FolderChange:
        node, called = id_of(f"tree {name}"), more.pop("called", name)
        row = self.row(node, 0, FolderRow(NOW, called))
        return FolderChange(more.get("epoch", self.epoch), node, self.id(parent), row)

    def place(self, name: str, parent: str = "", called: str | None = None, epoch: int | None = None) -> PlaceChange:
        node = self.id(name)
        row = self.row(node, 0, PlaceRow(called or name), epoch)
        return PlaceChange(epoch or self.epoch, node, self.id(parent), row)

    def file(self, author: str, name: str, parent: str = "", version: int = 1, **more: Any) -> Signed:
        """The manifest of a version; `note`, `called` for its row, everything else for the manifest."""
        node = id_of(f"tree {name}")
        note, called = more.pop("note", None), more.pop("called", name)
        row = FileRow(digest(b"plain"), None, NOW, called, 5, "text/plain", note)
        before = self.signed.get((node, version - 1))
        values: dict[str, Any] = {
            "author": self.story.known[author].kid,
            "checkpoint": None,
            "commitment": digest(f"commitment {name} {version}".encode()),
            "copied_from": None,
            "epoch": self.epoch,
            "firm": self.story.firm,
            "generation": 1,
            "node": node,
            "parent": self.id(parent),
            "payload_hash": digest(f"payload {name} {version}".encode()),
            "payload_size": 37,
            "previous": before.hash if before else None,
            "row": self.row(node, version, row),
            "vault": self.vault,
            "version": version,
        }
        return Manifest(**values | more).sign(seed_of(author))

    def anew(self, author: str, name: str, parent: str = "", version: int = 1, **more: Any) -> Signed:
        """The manifest of a version sealed anew; `more` as of `file`."""
        before = self.signed.get((self.id(name), version))
        values = {
            "previous": before.hash if before else digest(b"nothing"),
            "commitment": digest(f"new commitment {name} {version}".encode()),
            "payload_hash": digest(f"new payload {name} {version}".encode()),
        }
        signed = self.file(author, name, parent, version, **values | more)
        self.reseals.add(signed.hash)
        return signed

    def copied(self, name: str, version: int = 1) -> dict[str, Any]:
        """What the manifest of a copy has in common with its source's."""
        source = self.signed[self.id(name), version]
        found = Manifest.parse(source)
        fields = ("payload_hash", "payload_size", "commitment")
        return {"copied_from": source.hash} | {one: getattr(found, one) for one in fields}

    def id(self, name: str) -> str:
        return id_of(f"tree {name}") if name else self.vault

    # What becomes of it

    def entry(self, author: str, *parts: AnyChange | Signed) -> Any:
        """An entry with these changes; a manifest stands for its version."""
        changes: list[AnyChange] = []
        for part in parts:
            if isinstance(part, Signed):
                manifest = Manifest.parse(part)
                if part.hash in self.reseals:
                    changes.append(ResealChange(part.hash, manifest.node, manifest.version))
                else:
                    changes.append(VersionChange(part.hash, manifest.node, manifest.parent, manifest.version))
            else:
                changes.append(part)
        manifests = tuple(part for part in parts if isinstance(part, Signed))
        return self.other.entry(author, *changes, manifests=manifests)

    def does(self, name: str, author: str, *parts: AnyChange | Signed) -> None:
        self.take(name, author, self.entry(author, *parts))

    def take(self, name: str, author: str, entry: Any) -> None:
        self.other.apply(entry)
        for manifest in entry.manifests:
            parsed = Manifest.parse(manifest)
            self.signed[parsed.node, parsed.version] = manifest
            self.originals.setdefault((parsed.node, parsed.version), manifest)
        anew = {Manifest.parse(one).node for one in entry.manifests if one.hash in self.reseals}
        rows, self.rows = self.rows, []
        for row in rows:
            if row["node"] not in anew:
                self.names[row["node"]] = row["fields"]["name"]
        self.steps.append(
            {"name": name, "author": author, "entry": entry_wire(entry), "rows": rows, "nodes": self.nodes()}
            | {"released": sorted(one for one in self.other.state.versions if self.other.state.is_released(one))}
        )

    def nodes(self) -> dict[str, Any]:
        """Every node there ever was, as a reader must find it."""
        tree = self.other.state.tree
        return {
            node: {
                "kind": one.kind,
                "parent": one.parent,
                "name": self.names[node],
                "version": one.version,
                "live": tree.is_live(node),
                "purged": tree.is_purged(node),
                "manifest": one.manifest,
            }
            for node, one in self.other.state.nodes.items()
        }

    def refuses(self, code: str, name: str, author: str, *parts: AnyChange | Signed) -> None:
        after = len(self.steps)
        self.refused.append(
            {"name": name, "after": after, "entry": entry_wire(self.entry(author, *parts)), "code": code}
        )
        self.rows = []


def tree_vectors(story: Story) -> dict[str, Any]:
    trees = Trees(story)
    _filled(trees)
    _moved(trees)
    _removed(trees)
    _purged(trees)
    _copied(trees)
    _released(trees)
    seal_anew(trees)
    pictured(trees)
    _deep(trees)
    return {
        "firm": story.firm,
        "vault": trees.vault,
        "root": story.root,
        "certificates": [accepted_wire(item) for item in story.accepted],
        "epoch_seeds": {str(number): b64(trees.other.seed(number).reveal()) for number in (1, 2, 3, 4)},
        "steps": trees.steps,
        "refused": trees.refused,
        "openings": _openings(trees),
        "rows": _rows(trees),
        "broken_rows": _broken_rows(trees),
        "same_names": [["Beleg.pdf", "BELEG.PDF"], ["Straße", "STRASSE"], ["Äpfel", "äpfel"], ["ΟΔΟΣ", "οδος"]],
        "other_names": [["Beleg.pdf", "Beleg.pdf "], ["Apfel", "Äpfel"], ["a", "b"]],
    }


def _filled(t: Trees) -> None:
    a, b = t.file("clerk", "a", "Belege"), t.file("clerk", "b", note="Entwurf für Frau Müller")
    t.does("folders and files", "clerk", t.folder("Belege"), t.folder("Alt", "Belege"), a, b)
    t.refuses("node_repeated", "a folder twice", "clerk", t.folder("twice"), t.folder("twice"))
    t.refuses("node_exists", "a folder again", "clerk", t.folder("Belege"))
    t.refuses("node_parent", "a folder in a file", "clerk", t.folder("x", "a"))


def _moved(t: Trees) -> None:
    t.refuses("node_unknown", "a node nobody knows is placed", "client", t.place("nobody"))
    t.refuses("node_unknown", "the vault itself is placed", "client", PlaceChange(1, t.vault, t.vault, digest(b"row")))
    t.refuses("node_parent", "placed into a file", "client", t.place("b", "a"))
    t.refuses("node_parent", "placed into nothing", "client", t.place("b", "nobody"))
    t.refuses("node_cycle", "a folder placed into itself", "client", t.place("Belege", "Belege"))
    t.refuses("node_cycle", "a folder placed below itself", "client", t.place("Belege", "Alt"))
    t.refuses("epoch_not_current", "a name sealed under an epoch to come", "client", t.place("b", epoch=2))
    t.refuses("node_repeated", "placed twice", "client", t.place("b", "Alt"), t.place("b", "Belege"))
    t.refuses("node_repeated", "placed and removed", "client", t.place("b", "Alt"), RemoveChange(t.id("b")))
    t.does("a file is moved and renamed", "client", t.place("b", "Alt", "Brief.txt"))
    second = t.file("clerk", "b", "", 2)
    t.refuses("node_version", "a version where the file lay before", "clerk", second)
    t.does("a further version bears its own name", "clerk", t.file("clerk", "b", "Alt", 2, called="Brief 2.txt"))
    t.does("a folder is renamed in its place", "client", t.place("Alt", "Belege", "Älteres"))
    fresh = t.folder("Neu")
    t.does("into a folder of the same record", "client", fresh, t.place("Alt", "Neu", "Alt"))
    t.does("and back", "client", t.place("Alt", "Belege", "Alt"))


def _removed(t: Trees) -> None:
    t.refuses("node_unknown", "a node nobody knows is removed", "client", RemoveChange(t.id("nobody")))
    t.does("a file goes to the trash", "client", RemoveChange(t.id("a")))
    t.refuses("node_removed", "removed twice", "client", RemoveChange(t.id("a")))
    t.refuses("node_removed", "a further version in the trash", "client", t.file("client", "a", "Belege", 2))
    number = t.epoch + 1
    t.take("the clerk rotates", "clerk", t.other.rotation("clerk", t.other.seed(t.epoch)))
    t.epoch = number
    t.refuses("epoch_not_current", "a name sealed under the epoch before", "client", t.place("a", epoch=1))
    t.does("a file is restored elsewhere", "client", t.place("a", "", "a zurück.txt"))
    t.does("a folder goes with all below it", "client", RemoveChange(t.id("Belege")))
    t.refuses("node_removed", "what lies in a removed folder is not live", "client", RemoveChange(t.id("b")))
    t.refuses("node_parent", "a folder in a removed folder", "client", t.folder("x", "Alt"))
    t.refuses("node_parent", "a file in a removed folder", "client", t.file("client", "x", "Alt"))
    t.refuses("node_parent", "placed into a removed folder", "client", t.place("a", "Alt"))
    t.refuses("node_removed", "a further version in a removed folder", "client", t.file("client", "b", "Alt", 3))
    t.refuses("node_parent", "a removed folder restored below itself", "client", t.place("Belege", "Alt"))
    t.does("a file is taken out of a removed folder", "clerk", t.folder("Neuer"), t.place("b", "Neuer", "Brief.txt"))
    out = t.place("a", "Neuer", "a.txt")
    t.does("emptied and removed, in order", "client", out, RemoveChange(t.id("Neu")), t.folder("Neustes"))


def _purged(t: Trees) -> None:
    gone = PurgeChange(t.id("Belege"))
    t.refuses("record_rights", "a writer purges", "clerk", gone)
    t.refuses("node_unknown", "a node nobody knows is purged", "owner", PurgeChange(t.id("nobody")))
    t.refuses("node_removed", "a live node is purged", "owner", PurgeChange(t.id("a")))
    t.refuses("node_removed", "what lies in a removed folder is purged", "owner", PurgeChange(t.id("Alt")))
    t.refuses("node_repeated", "removed and purged", "owner", RemoveChange(t.id("a")), PurgeChange(t.id("a")))
    c = t.file("clerk", "c", "Neuer")
    t.does("a file to be purged", "clerk", c)
    t.does("it goes to the trash", "clerk", RemoveChange(t.id("c")))
    t.does("the owner purges a folder and a file", "owner", gone, PurgeChange(t.id("c")))
    t.refuses("node_removed", "purged twice", "owner", gone)
    t.refuses("node_purged", "a purged folder is restored", "client", t.place("Belege"))
    t.refuses("node_purged", "what lay in a purged folder is restored", "client", t.place("Alt"))
    t.refuses("node_parent", "placed into a purged folder", "client", t.place("a", "Belege"))
    t.refuses("node_removed", "a purged node is removed", "client", RemoveChange(t.id("c")))
    t.refuses("copy_unknown", "a copy of what was purged", "client", t.file("client", "x", **t.copied("c")))
    t.refuses("node_exists", "the id of a purged node", "client", t.folder("Belege"))


def _copied(t: Trees) -> None:
    unknown = t.copied("a") | {"copied_from": digest(b"nothing")}
    t.refuses("copy_unknown", "a copy of nothing", "client", t.file("client", "x", **unknown))
    for name, value in (("payload_hash", digest(b"x")), ("payload_size", 38), ("commitment", digest(b"x"))):
        lie = t.file("client", "x", **t.copied("a") | {name: value})
        t.refuses("copy_differs", f"a copy with another {name}", "client", lie)
    fresh = t.file("client", "fresh")
    at_once = {"copied_from": fresh.hash} | {
        one: getattr(Manifest.parse(fresh), one) for one in ("payload_hash", "payload_size", "commitment")
    }
    t.refuses(
        "copy_unknown", "a copy of what the same record brings", "client", fresh, t.file("client", "x", **at_once)
    )
    t.does("a copy of a file", "client", t.file("client", "a Kopie", **t.copied("a")))
    back = t.file("client", "b", "Neuer", 3, note="wie zuerst", called="Brief.txt", **t.copied("b", 1))
    t.does("the first version again", "client", back)
    t.does("the original goes", "client", RemoveChange(t.id("a")))
    t.does("a copy of a copy, from the trash", "clerk", t.file("clerk", "a dritte", **t.copied("a")))


def _released(t: Trees) -> None:
    held = t.file("client", "verschlossen")
    t.does("a file that cannot be scanned", "client", held)
    t.does("a copy of it", "client", t.file("client", "Kopie verschlossen", **t.copied("verschlossen")))
    release = ReleaseChange(held.hash, t.id("verschlossen"), 1)
    t.refuses("record_rights", "a client releases", "client", release)
    t.refuses("node_version", "a release of another version", "clerk", ReleaseChange(held.hash, release.node, 2))
    t.refuses("node_version", "a release under another node", "clerk", ReleaseChange(held.hash, t.id("b"), 1))
    t.refuses("node_version", "a release of nothing", "clerk", ReleaseChange(digest(b"x"), release.node, 1))
    t.refuses("node_repeated", "released twice at once", "clerk", release, release)
    t.does("the clerk releases it", "clerk", release)
    t.refuses("node_repeated", "released again", "clerk", release)
    purged = ReleaseChange(t.signed[t.id("c"), 1].hash, t.id("c"), 1)
    t.refuses("node_purged", "a release of what was purged", "clerk", purged)


def _deep(t: Trees) -> None:
    """The vault itself has depth 0; the deepest folder MAX_DEPTH + 1."""
    down = [t.folder(f"tief {n}", f"tief {n - 1}" if n > 1 else "", called="tief") for n in range(1, MAX_DEPTH + 2)]
    t.does("as deep as it goes", "clerk", *down)
    bottom = f"tief {MAX_DEPTH + 1}"
    t.refuses("node_depth", "a folder too deep", "clerk", t.folder("x", bottom))
    t.refuses("node_depth", "a file too deep", "clerk", t.file("clerk", "x", bottom))
    t.refuses("node_depth", "placed too deep", "clerk", t.place("b", bottom))
    t.does("placed at the bottom", "clerk", t.place("b", f"tief {MAX_DEPTH}", "unten"))


def _openings(t: Trees) -> list[dict[str, Any]]:
    """Each: after `after` steps, the version with this manifest and verdict opens (code null), or is refused."""
    at = {step["name"]: number for number, step in enumerate(t.steps, start=1)}
    last, before = len(t.steps), at["the clerk releases it"] - 1
    held, copy = t.originals[t.id("verschlossen"), 1], t.signed[t.id("Kopie verschlossen"), 1]
    anew = t.signed[t.id("verschlossen"), 1]
    cases: list[tuple[str, int, Signed, str, str | None]] = [
        ("clean", last, t.originals[t.id("b"), 2], "clean", None),
        ("a clean copy", last, t.signed[t.id("a dritte"), 1], "clean", None),
        ("not scannable", before, held, "not_scannable", "held"),
        ("a copy of it", before, copy, "not_scannable", "held"),
        ("released", last, held, "not_scannable", None),
        ("a copy of what was released", last, copy, "not_scannable", None),
        ("infected, and released", last, held, "infected", "verdict_not_clean"),
        ("failed, and released", last, held, "failed", "verdict_not_clean"),
        ("not scannable, and another one released", last, t.originals[t.id("b"), 2], "not_scannable", "held"),
        ("sealed anew, and released before", last, anew, "not_scannable", None),
        ("sealed anew, released, and infected", last, anew, "infected", "verdict_not_clean"),
        ("clean before, sealed anew and not scannable", last, t.signed[t.id("b"), 2], "not_scannable", "held"),
        ("sealed anew and clean", last, t.signed[t.id("b"), 3], "clean", None),
    ]
    found = []
    for name, after, signed, result, code in cases:
        verdict = t.story.verdict(Manifest.parse(signed), result, None if result == "clean" else "encrypted")
        wire = {"name": name, "after": after, "manifest": signed.hash, "verdict": verdict.to_wire(), "code": code}
        found.append(wire)
    return found


def _rows(t: Trees) -> list[dict[str, Any]]:
    """Rows of the tree's kinds, sealed under epoch 1."""
    base = FileRow("A" * 43, None, NOW, "a", 1, "text/plain")
    rows: tuple[Row, ...] = (
        PlaceRow("Brief.txt"),
        LockRow("in Arbeit bis Freitag"),
        LockRow(""),
        base,
        FileRow(base.content_hash, None, NOW, "a", 1, "text/plain", "ä" * 500),
        FileRow(base.content_hash, None, NOW, "a", 1, "text/plain", "😀" * 500),
    )
    t.rows = []
    for row in rows:
        t.row(t.id("b"), 0, row, 1)
    found, t.rows = t.rows, []
    return found


def _broken_rows(t: Trees) -> list[dict[str, Any]]:
    """Each: the bytes that somebody sealed as a row of `kind`, node b, version 0, epoch 1; refused with `code`."""
    file = fields_of(FileRow("A" * 43, None, NOW, "a", 1, "text/plain"))
    texts: list[tuple[str, str, str, Any]] = [
        ("a place with a path as name", "place", "name_character", {"name": "../a"}),
        ("a place without a name", "place", "document_invalid", {}),
        ("a place with a date", "place", "document_invalid", {"created": 1, "name": "a"}),
        ("an empty note", "file", "document_invalid", file | {"note": ""}),
        ("a note that is null", "file", "document_invalid", file | {"note": None}),
        ("a note that is too long", "file", "document_invalid", file | {"note": "a" * 501}),
        ("a reason that is too long", "lock", "document_invalid", {"reason": "a" * 201}),
        ("a reason with more", "lock", "document_invalid", {"name": "a", "reason": "a"}),
    ]
    seed, place = t.other.seed(1), Place(t.story.firm, t.vault, t.id("b"), 0, 1)
    key, nonce = AESGCM(seed.row_key().reveal()), hashlib.sha256(b"broken").digest()[:12]
    return [
        {"name": name, "kind": kind, "node": t.id("b"), "code": code}
        | {"sealed": b64(nonce + key.encrypt(nonce, canonical.encode(fields), place.associated(kind)))}
        for name, kind, code, fields in texts
    ]
