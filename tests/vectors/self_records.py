"""The vectors of self.json: a self-record, those that are none of the person's, and what two devices know together."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from siegel.seals.canonical import b64
from siegel.seals.derive import digest
from siegel.seals.replay import Head
from siegel.seals.self_record import OwnRecord, Seen, SeenHead, SeenRevocation, SelfRecord, seal_signed
from tests.vectors.story import id_of, opens_to, seed_of


class Keeper(Protocol):
    """Keeps age files as long as they open."""

    def kept(self, name: str, make: Callable[[], bytes], opens: Callable[[bytes], bool]) -> bytes: ...


def own_record(name: str) -> SelfRecord:
    """What `name` has seen: two heads and a revocation, in his third record."""
    heads = sorted((SeenHead(digest(vault.encode()), 3, id_of(vault)) for vault in ("a", "b")), key=lambda h: h.vault)
    revoked = (SeenRevocation(digest(b"key"), 7),)
    kid = seed_of(name).public_keys().kid
    return SelfRecord(kid, id_of("firm"), tuple(heads), 3, id_of(name), revoked, digest(b"root"))


def vectors(sealed: Keeper) -> dict[str, Any]:
    record, seed = own_record("own"), seed_of("own")
    own = OwnRecord(record.firm, record.person, record.root, seed)

    def age(name: str, one: SelfRecord, signer: str = "own", to: str = "own") -> bytes:
        signed = one.sign(seed_of(signer))
        joined = len(signed.raw).to_bytes(4, "big") + signed.raw + len(signed.sig).to_bytes(4, "big") + signed.sig
        recipient = seed_of(to).public_keys().recipient or ""
        opens = opens_to(joined, seed_of(to).identity())
        return sealed.kept(f"self-record {name}", lambda: seal_signed(signed, recipient), opens)

    good = age("good", record)
    cases = [
        ("the person's", good, 3, None),
        ("another number than said", good, 4, "self_record_differs"),
        ("cut short", good[:-1], 3, "self_record_invalid"),
        ("sealed to somebody else", age("to another", record, to="other"), 3, "self_record_invalid"),
        ("signed by somebody else", age("by another", record, signer="other"), 3, "signature_invalid"),
        ("of another key", age("key", replace(record, author=digest(b"x"))), 3, "self_record_differs"),
        ("of another person", age("person", replace(record, person=id_of("x"))), 3, "self_record_differs"),
        ("of another firm", age("firm", replace(record, firm=id_of("x"))), 3, "self_record_differs"),
        ("of another root", age("root", replace(record, root=digest(b"x"))), 3, "root_differs"),
    ]
    return {
        "firm": own.firm,
        "person": own.person,
        "root": own.root,
        "seed": b64(seed.reveal()),
        "hash": digest(record.encode()),
        "seen": seen_wire(Seen.of(record)),
        "seen_hash": Seen.of(record).hash,
        "cases": [{"name": name, "age": b64(file), "number": n, "code": code} for name, file, n, code in cases],
        "joins": joins(),
    }


def seen_wire(seen: Seen) -> dict[str, Any]:
    return {
        "heads": {vault: {"seq": head.seq, "head": head.hash} for vault, head in seen.heads.items()},
        "revoked": dict(seen.revoked),
    }


def joins() -> list[dict[str, Any]]:
    """What two devices know together; null and a code where they contradict each other."""
    one, two = Head(1, digest(b"1")), Head(2, digest(b"2"))
    fork = Head(2, digest(b"fork"))
    a, b, key = id_of("a"), id_of("b"), digest(b"key")
    pairs: list[tuple[Seen, Seen, Seen | str]] = [
        (Seen({a: one}, {}), Seen({a: two, b: one}, {key: 7}), Seen({a: two, b: one}, {key: 7})),
        (Seen({a: two}, {key: 7}), Seen({a: one}, {}), Seen({a: two}, {key: 7})),
        (Seen({a: two}, {}), Seen({a: fork}, {}), "vault_forked"),
        (Seen({}, {key: 7}), Seen({}, {key: 8}), "revocation_moved"),
    ]
    return [
        {
            "ours": seen_wire(ours),
            "theirs": seen_wire(theirs),
            "joined": None if isinstance(found, str) else seen_wire(found),
            "code": found if isinstance(found, str) else None,
        }
        for ours, theirs, found in pairs
    ]
