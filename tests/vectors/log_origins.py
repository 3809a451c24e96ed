"""A log that began anew after a restore, shown to somebody who holds a head of it: what he must find."""

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from siegel.lib import tlog
from siegel.seals.canonical import b64, encode
from siegel.seals.log_origins import BEGUN_KIND, Beginning, Ended, Statement, successor
from tests.vectors.logs import LOG_KEY, ORIGIN, STRANGERS_KEY, Nodes, entry, head, nodes_of, reader, signed

KEPT, CITED, GROWN = 30, 45, 60
SECOND, THIRD = successor(ORIGIN), successor(successor(ORIGIN))
KEYS = {ORIGIN: LOG_KEY} | {
    name: Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number, name in ((4, SECOND), (5, THIRD))
}
Wire = dict[str, Any]


def verifier(origin: str) -> tlog.VerifierKey:
    return tlog.VerifierKey(origin, tlog.ED25519, KEYS[origin].public_key().public_bytes_raw())


def first_entry(origin: str, before: str, kept: tlog.Checkpoint, ended: list[Ended]) -> bytes:
    said = Statement(origin, 0, tlog.Checkpoint(before, kept.size, kept.root), 1, tuple(ended), "tlog.rollback")
    return encode({"about": said.about(), "at": 2, "attested_by": "server", "kind": BEGUN_KIND})


def opening(nodes: Nodes, size: int, origin: str, before: str) -> tlog.Note:
    text = tlog.Checkpoint(origin, size, tlog.tree_root(size, reader(nodes))).text()
    return tlog.Note(text, tuple(tlog.sign(text, name, KEYS[name]) for name in (before, origin)))


def shown(cited: int = CITED) -> tuple[Nodes, Wire]:
    """The log restored to KEPT entries, begun anew and grown on; and the answer of its server, without the proof."""
    leaf = first_entry(SECOND, ORIGIN, head(KEPT), [Ended(head(cited), 0, 3)])
    nodes = nodes_of([*map(entry, range(KEPT)), leaf, *(b"new %d" % n for n in range(KEPT + 1, GROWN))])
    note = opening(nodes, KEPT + 1, SECOND, ORIGIN)
    return nodes, answer(nodes, SECOND, [beginning(nodes, SECOND, ORIGIN, note, leaf)])


def shown_twice() -> tuple[Nodes, Wire]:
    """Restored to ten entries less once more: the first new beginning is gone, the second one tells of both ends."""
    nodes, _ = shown()
    gone = opening(nodes, KEPT + 1, SECOND, ORIGIN)
    second = tlog.Checkpoint(SECOND, GROWN, tlog.tree_root(GROWN, reader(nodes)))
    leaf = first_entry(THIRD, SECOND, head(KEPT - 10), [Ended(head(CITED), 0, 3), Ended(second, KEPT, 4)])
    nodes = nodes_of([*map(entry, range(KEPT - 10)), leaf, *(b"newer %d" % n for n in range(KEPT - 9, GROWN))])
    begun = [
        Beginning(verifier(SECOND), verifier(ORIGIN), gone, None).wire(),
        beginning(nodes, THIRD, SECOND, opening(nodes, KEPT - 9, THIRD, SECOND), leaf),
    ]
    return nodes, answer(nodes, THIRD, begun)


def beginning(nodes: Nodes, origin: str, before: str, note: tlog.Note, leaf: bytes) -> Wire:
    size, read = tlog.Checkpoint.parse(note.text).size, reader(nodes)
    included, grown = tlog.inclusion_proof(size - 1, GROWN, read), tlog.consistency_proof(size, GROWN, read)
    return Beginning(verifier(origin), verifier(before), note, leaf, tuple(included), tuple(grown)).wire()


def answer(nodes: Nodes, origin: str, begun: list[Wire]) -> Wire:
    text = tlog.Checkpoint(origin, GROWN, tlog.tree_root(GROWN, reader(nodes))).text()
    note = tlog.Note(text, (tlog.sign(text, origin, KEYS[origin]),))
    return {"key": verifier(origin).encode(), "checkpoint": note.encode().decode(), "begun": begun}


def origins() -> list[Wire]:
    """`held`: the head known; `loss`: what its holder finds to be gone; `lost`: what the log itself says is."""

    def case(name: str, held: tlog.Checkpoint, log: tuple[Nodes, Wire], loss: Any, code: str | None = None) -> Wire:
        nodes, what = log
        proof = tlog.consistency_proof(held.size, GROWN, reader(nodes)) if held.size else []
        what = {**what, "proof": [b64(digest) for digest in proof]}
        lost = [] if code or (loss and loss["is_hidden"]) else [55 if log == twice else CITED - KEPT]
        note = signed(held.text()).encode().decode()
        return {"name": name, "held": note, "answer": what, "loss": loss, "lost": lost, "code": code}

    def spoilt(change: Callable[[Wire], Wire]) -> tuple[Nodes, Wire]:
        return once[0], {**once[1], "begun": [change(one) for one in once[1]["begun"]]}

    once, twice = shown(), shown_twice()
    forged = tlog.Checkpoint(ORIGIN, CITED, tlog.tree_root(CITED, reader(nodes_of([b"x"] * CITED))))
    text = opening(once[0], KEPT + 1, SECOND, ORIGIN).text
    own, thief = tlog.sign(text, SECOND, KEYS[SECOND]), tlog.sign(text, ORIGIN, STRANGERS_KEY)
    unsigned, stolen = (spoilt(noted(tlog.Note(text, lines))) for lines in ((own,), (thief, own)))
    quiet = spoilt(lambda one: {**one, "leaf": altered(once)})
    return [
        case("held before the backup", head(20), once, None),
        case("held at the backup", head(KEPT), once, None),
        case("held nothing", head(0), once, None),
        case("held between", head(40), once, loss(40, KEPT, is_hidden=False)),
        case("held the last", head(CITED), once, loss(CITED, KEPT, is_hidden=False)),
        case("held more than is cited", head(46), once, loss(46, KEPT, is_hidden=True)),
        case("held another last", forged, once, loss(CITED, KEPT, is_hidden=True)),
        case("restored twice, held before", head(20), twice, None),
        case("restored twice, held between", head(40), twice, loss(40, KEPT - 10, is_hidden=False)),
        case("restored twice, held more than is cited", head(46), twice, loss(46, KEPT - 10, is_hidden=True)),
        case("the past is another one", head(20, nodes_of([b"x"] * 20)), once, None, "tlog.proof"),
        case(
            "not signed by the key known",
            head(20),
            unsigned,
            None,
            "tlog.unsigned",
        ),
        case(
            "signed by a thief in its name",
            head(20),
            stolen,
            None,
            "tlog.unsigned",
        ),
        case("no beginning shown", head(20), (once[0], {**once[1], "begun": []}), None, "tlog.key"),
        case("the first entry altered", head(20), quiet, None, "tlog.proof"),
        case("no longer the first entry", head(40), spoilt(lambda one: {**one, "leaf": None}), None, "tlog.proof"),
        case("another growth", head(20), spoilt(lambda one: {**one, "grown": one["included"]}), None, "tlog.proof"),
    ]


def altered(log: tuple[Nodes, Wire]) -> str:
    """It says that nothing was lost."""
    return b64(first_entry(SECOND, ORIGIN, head(KEPT), [Ended(head(KEPT), 0, 3)]))


def noted(note: tlog.Note) -> Callable[[Wire], Wire]:
    return lambda one: {**one, "checkpoint": note.encode().decode()}


def loss(known: int, kept: int, *, is_hidden: bool) -> Wire:
    return {"known": known, "kept": kept, "is_hidden": is_hidden}
