"""Writes the test vectors that every language must reproduce: `python -m tests.vectors.make`.

Everything follows from fixed seeds. Only age files cannot be made twice alike, because sealing to a recipient is
random: they stand in sealed.json and are kept as long as they still open to what they should.

The files (binaries are base64url without padding, as on the wire):

    canonical.json   good and bad texts
    derive.json      joins, seeds and what follows from them
    documents.json   a signed document of every kind, and texts that are none, with the error code
    secrets.json     passwords, unlock wraps, invitations, key files
    self.json        a self-record, those that are none of the person's, and what two devices know together
    rows.json        sealed rows, what a server may show of a vault, names and titles: good, and bad with the error code
    trees.json       Merkle roots over byte i = i mod 251
    log.json         a transparency log: keys, checkpoints, growth, proof files: good, and bad with the error code;
                     a log that began anew, shown to who holds a head of it
    chain.json       one vault from its firm's root to its second epoch in the wire form, and attempts to break it;
                     other vaults of the firm: who belongs, spoilt epochs and their repair, what waits for a letter,
                     letters that expire

    hierarchy.json   offices, a team and a vault that it holds, revocations and what falls: what is in force, who the
                     members are and what is due after each place of the log; and attempts to break it

    tree.json        a vault whose nodes move, go, come back, are copied, released, sealed anew, step by step: the tree
                     after each, entries that are refused, what opens, rows, and names that are one
    readmission.json a founder who lost his key gets his own vault back; and attempts to get more
    trust.json       a vault that trusts somebody, his requests and the objections; and attempts to break them
    roots.json       a firm whose root was replaced twice, another's after a theft; and lies, with the error code
    trust.json       a vault that trusts somebody, his requests and the objections; and attempts to break them

words.json, sizes and times as people read them, is written by hand.
"""

# long because: one block for each file of vectors

import hashlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from siegel.lib.age import FileKey, bech32, open_file
from siegel.lib.merkle import SegmentTree
from siegel.seals import canonical
from siegel.seals.canonical import b64, unb64
from siegel.seals.derive import EpochSeed, Secret, commitment, hkdf, join, print_of
from siegel.seals.invitations import Letter, encode_code, invitation_seed
from siegel.seals.keyfile import KeyFile, write_key_file
from siegel.seals.log_keys import log_subject
from siegel.seals.unlock import (
    ARGON2_PARAMS,
    PRF_INPUT,
    Unlocked,
    normalize,
    passkey_method,
    passkey_wrapping_key,
    password_keys,
    seal_unlock,
)
from tests.vectors import (
    broken,
    broken_hierarchy,
    hierarchy,
    log_origins,
    logs,
    others,
    readmission,
    roots,
    self_records,
    sheet_shares,
    signed_documents,
    story,
    tree,
    trust,
)
from tests.vectors.sealed_rows import fixed_id, fixed_seed, row_vectors

FOLDER = Path(__file__).parent


class Sealed:
    """The age files of sealed.json; `kept` counts on their opening, and makes those that are missing."""

    def __init__(self) -> None:
        path = FOLDER / "sealed.json"
        self.files: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        self.made: list[str] = []
        self.used: dict[str, str] = {}

    def kept(self, name: str, make: Callable[[], bytes], opens: Callable[[bytes], bool]) -> bytes:
        age = unb64(self.files[name]) if name in self.files else None
        if age is None or not opens(age):
            age = make()
            self.made.append(name)
        self.used[name] = b64(age)
        return age


def canonical_vectors() -> dict[str, Any]:
    good: list[Any] = [
        None,
        True,
        False,
        0,
        -1,
        2**53 - 1,
        -(2**53) + 1,
        "",
        "a/b",
        "ä€😀",
        '\b\t\n\f\r"\\',
        "\x00\x1f\x7f\u2028\u2029",
        [],
        {},
        [1, [2, []]],
        {"b": 1, "a": {"d": None, "c": []}, "_": "", "0": 0, "a_1": 1, "a1": 2},
    ]
    bad = [
        "",
        "{",
        "nul",
        '{"b":1,"a":2}',
        '{"a":1,"a":1}',
        '{"a":1,"a":2}',
        '{"a": 1}',
        " 1",
        "1 ",
        "1\n",
        "1.0",
        "1e2",
        "-0",
        "01",
        "+1",
        "NaN",
        "9007199254740992",
        "-9007199254740992",
        '"\\u0041"',
        '"\\u00e4"',
        '"\\u001F"',
        '"\\/"',
        '"a\u0308"',
        '"\\ud800"',
        '"\x01"',
        '{"A":1}',
        '{"":1}',
        '{"ä":1}',
        '{"a-b":1}',
        "\ufeff1",
        "[" * 17 + "]" * 17,
        "1,2",
        "[1,]",
        "'a'",
    ]
    return {
        "good": [{"value": value, "text": b64(canonical.encode(value))} for value in good],
        "bad": [b64(text.encode()) for text in bad] + [b64(b'"\xff"'), b64(b'"\xed\xa0\x80"')],
        "base64": {"good": ["", "AA", "AAA", "-_-_"], "bad": ["A", "AB", "AA==", "+A", "A A", "AAB", "ä"]},
    }


def derive_vectors() -> dict[str, Any]:
    joins: list[list[bytes]] = [[], [b""], [b"a", b"bc"], [b"siegel-key@v1", bytes(32), "ä".encode()]]
    seeds = []
    for name in ("one", "two"):
        seed = fixed_seed(name)
        keys, signs_only = seed.public_keys(), seed.public_keys(signs_only=True)
        seeds.append(
            {
                "seed": b64(seed.reveal()),
                "identity": seed.encode(),
                "signing_private": b64(hkdf(seed.reveal(), "siegel-sign@v1")),
                "signing_key": keys.signing_key,
                "recipient": keys.recipient,
                "kid": keys.kid,
                "print": print_of(keys.kid),
                "kid_signs_only": signs_only.kid,
            }
        )
    epoch = EpochSeed(fixed_seed("epoch").reveal())
    file_key = FileKey(bytes(range(16)))
    return {
        "joins": [{"fields": [b64(f) for f in fields], "joined": b64(join(*fields))} for fields in joins],
        "hkdf": [
            {"ikm": b64(b"\x0b" * 22), "info": i, "salt": b64(s), "okm": b64(hkdf(b"\x0b" * 22, i, s))}
            for i, s in (("", b""), ("label", b"salt"))
        ],
        "seeds": seeds,
        "epoch": {
            "seed": b64(epoch.reveal()),
            "contents_seed": b64(hkdf(epoch.reveal(), "siegel-contents@v1")),
            "recipient": epoch.recipient(),
            "row_key": b64(epoch.row_key().reveal()),
        },
        "log_subjects": [
            {"firm": firm, "subject": log_subject(firm)} for firm in (b64(bytes(16)), b64(bytes(range(16))))
        ],
        "public_keys": public_key_vectors(),
        "commitment": {"file_key": b64(file_key.raw), "commitment": commitment(file_key)},
    }


def public_key_vectors() -> dict[str, Any]:
    """Bytes that are public keys, and bytes that are none: points of small order, other encodings, no points at all.

    The small points: "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020), table 1, and cr.yp.to/ecdh.html.
    """
    p, sign = 2**255 - 19, 2**255
    keys = [fixed_seed(name).public_keys() for name in ("one", "two", "three")]
    order_8 = int("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826", 16)
    small = [0, 1, p - 1, order_8, p - order_8, p, p + 1]
    # y = 2 is no point of the curve, 3 is one and 2^255 - 16 another name for it; the last one is beyond every y.
    signing_bad = [*small, *(y | sign for y in small), 2, p + 3, (p + 3) | sign, 2**256 - 1]
    low = [
        0,
        1,
        p - 1,
        int("00b8495f16056286fdb1329ceb8d09da6ac49ff1fae35616aeb8413b7c7aebe0", 16),
        int("57119fd0dd4e22d8868e1c58c45c44045bef839c55b1d0b1248c50a3bc959c5f", 16),
        p,
        p + 1,
    ]
    recipient = bech32.decode(keys[0].recipient or "", "age1pq")
    mlkem, point = recipient[:-32], int.from_bytes(recipient[-32:], "little")
    return {
        "signing_good": [key.signing_key for key in keys] + [_point(3), _point(3 | sign)],
        "signing_bad": [_point(y) for y in signing_bad],
        "mlkem": b64(mlkem),
        "x25519_good": [_point(u) for u in (point, point | sign, 2, 9, p + 2)],
        "x25519_bad": [_point(u) for u in (*low, *(u | sign for u in low))],
    }


def _point(value: int) -> str:
    return b64(value.to_bytes(32, "little"))


def secret_vectors(sealed: Sealed) -> dict[str, Any]:
    firm, person, root = fixed_id("firm"), fixed_id("person"), b64(hashlib.sha256(b"root").digest())
    passwords = []
    for password, username in (
        ("correct horse battery", "anna"),
        ("Stra\u00dfe Ka\u0308se ﬁn №1", "jürgen"),
        ("日本語のパスワード長い", "x.y"),
    ):
        s = hashlib.sha256(username.encode()).digest()
        keys = password_keys(password, firm, username, s)
        passwords.append(
            {
                "password": password,
                "normalized": b64(normalize(password)),
                "firm": firm,
                "username": username,
                "s": b64(s),
                "authentication_key": b64(keys.authentication.reveal()),
                "wrapping_key": b64(keys.wrapping.reveal()),
            }
        )
    wrapping = Secret(hashlib.sha256(b"wrapping").digest())
    nonce = bytes(range(12))
    seed = fixed_seed("one")
    return {
        "argon2": ARGON2_PARAMS,
        "passwords": passwords,
        "unlock": {
            "wrapping_key": b64(wrapping.reveal()),
            "nonce": b64(nonce),
            "firm": firm,
            "person": person,
            "generation": 1,
            "root": root,
            "method": "password",
            "seed": b64(seed.reveal()),
            "wrap": b64(seal_unlock(wrapping, Unlocked(seed, person, 1, root), firm, nonce=nonce)),
        },
        "passkey": passkey_vectors(firm, person, root),
        "invitations": invitation_vectors(firm, root),
        "key_file": key_file_vectors(sealed, firm, person, root),
    }


def passkey_vectors(firm: str, person: str, root: str) -> dict[str, Any]:
    """A passkey's wrap: `prf` is what its function gave for `prf_input`."""
    credential, prf = hashlib.sha256(b"credential").digest()[:20], hashlib.sha256(b"prf").digest()
    wrapping, method = passkey_wrapping_key(prf), passkey_method(credential)
    seed, nonce = fixed_seed("one"), bytes(range(12))
    unlocked = Unlocked(seed, person, 1, root)
    return {
        "prf_input": b64(PRF_INPUT),
        "prf": b64(prf),
        "credential": b64(credential),
        "firm": firm,
        "person": person,
        "generation": 1,
        "root": root,
        "nonce": b64(nonce),
        "wrapping_key": b64(wrapping.reveal()),
        "method": method,
        "seed": b64(seed.reveal()),
        "wrap": b64(seal_unlock(wrapping, unlocked, firm, method=method, nonce=nonce)),
    }


def invitation_vectors(firm: str, root: str) -> dict[str, Any]:
    good = []
    for code in (bytes(16), bytes(range(16)), b"\xff" * 16):
        text = encode_code(code)
        good.append(
            {
                "code": b64(code),
                "text": text,
                "typed": [
                    "-".join(text[at : at + 4] for at in range(0, len(text), 4)),
                    text.lower(),
                    text.replace("0", "o").replace("1", "I"),
                    f" {text[:13]} {text[13:]} ",
                ],
                "firm": firm,
                "id": "ABCDEFGH",
                "root": root,
                "seed": b64(invitation_seed(code, firm=firm, invitation="ABCDEFGH", root=root).reveal()),
                "link": Letter("https://siegel.example", "ABCDEFGH", code).link,
            }
        )
    return {
        "good": good,
        "bad_codes": ["", "0" * 25, "0" * 27, "0" * 25 + "U", "0" * 25 + "1", "0" * 25 + "2", "Ä" * 26],
    }


def key_file_vectors(sealed: Sealed, firm: str, person: str, root: str) -> dict[str, Any]:
    key_file = KeyFile(
        firm, "muster", person, "anna", 1, root, fixed_seed("one"), fixed_seed("two"), fixed_seed("three")
    )
    passphrase = "drei Wörter genügen"
    text = write_key_file(key_file, None)

    def opens(age: bytes) -> bool:
        from siegel.lib.age import ScryptIdentity

        opened = io.BytesIO()
        open_file(io.BytesIO(age), opened, [ScryptIdentity(passphrase)])
        return opened.getvalue() == text

    age = sealed.kept("key_file", lambda: write_key_file(key_file, passphrase, work_factor=10), opens)
    return {"text": text.decode(), "passphrase": passphrase, "sealed": age.decode()}


def tree_vectors() -> dict[str, Any]:
    mib = 1 << 20
    pattern = bytes(range(251))
    trees = []
    for size in (0, 1, 1000, mib - 1, mib, mib + 1, 2 * mib, 3 * mib, 3 * mib + 5, 7 * mib + 1):
        tree = SegmentTree(mib)
        tree.update((pattern * (size // 251 + 1))[:size])
        trees.append({"size": size, "leaves": [b64(leaf) for leaf in tree.leaves()], "root": b64(tree.root())})
    return {"segment_size": mib, "trees": trees}


def build() -> tuple[dict[str, dict[str, Any]], list[str]]:
    """All vectors by file name, and the names of age files that had to be made anew."""
    sealed = Sealed()
    told, log = story.tell(sealed), hierarchy.tell(sealed)
    chain = told.wire() | {
        "broken_entries": broken.broken_entries(told),
        "broken_certificates": broken.broken_certificates(told),
        "broken_readings": broken.broken_readings(told),
        "other_vaults": others.other_vaults(told),
        "spoilt_epochs": others.spoilt_epochs(told),
        "hearsay_epochs": others.hearsay_epochs(told),
        "waiting_vaults": others.waiting_vaults(told),
        "expiring_letters": others.expiring_letters(told),
    }
    vectors = {
        "canonical.json": canonical_vectors(),
        "derive.json": derive_vectors(),
        "roots.json": roots.root_vectors(),
        "documents.json": signed_documents.document_vectors(told),
        "secrets.json": secret_vectors(sealed),
        "self.json": self_records.vectors(sealed),
        "rows.json": row_vectors(),
        "trees.json": tree_vectors(),
        "log.json": {**logs.log_vectors(), "origins": log_origins.origins()},
        "shares.json": sheet_shares.share_vectors(),
        "chain.json": chain,
        "readmission.json": readmission.readmission_vectors(sealed),
        "trust.json": trust.trust_vectors(sealed),
        "hierarchy.json": hierarchy.hierarchy_vectors(log)
        | {
            "broken_revocations": broken_hierarchy.revocations(log),
            "broken_certificates": broken_hierarchy.certificates(log),
            "broken_entries": broken_hierarchy.entries(log),
        },
    }
    vectors["tree.json"] = tree.tree_vectors(told)
    return vectors | {"sealed.json": sealed.used}, sealed.made


def text_of(vectors: dict[str, Any]) -> str:
    return json.dumps(vectors, indent=1, sort_keys=True) + "\n"


def main() -> None:
    vectors, made = build()
    for name, content in vectors.items():
        (FOLDER / name).write_text(text_of(content), encoding="utf-8")
    sys.stdout.write(f"{len(vectors)} files, {len(made)} age files made anew\n")


if __name__ == "__main__":
    main()
