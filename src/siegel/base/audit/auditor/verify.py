"""Checks an exported audit log without Siegel. Needs Python 3.11 or newer and the package `cryptography`.

    python3 verify.py LOG.zip [--key KEY] [--held CHECKPOINT]…

KEY is the log's verifier key as you know it from elsewhere (a delivery proof, a witness, an earlier export); without it
the one in the export is believed. CHECKPOINT is a file with an earlier signed head: the export must have grown from it.
Exit: 0 intact, 1 incomplete (after a restored backup, see README.txt) or unreadable, 2 wrong usage, 3 tampered.

It follows RFC 6962 and C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles and tlog-proof; timestamps by
RFC 3161, certificates of the log's key by OpenSSH's PROTOCOL.sshsig.
"""
# long because: who checks takes this one file along, and reads it

import argparse
import base64
import hashlib
import hmac
import itertools
import json
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

WIDTH = 256
# Object identifiers in timestamps, in DER: SHA-256, SHA-384, SHA-512; messageDigest (RFC 5652, 11.2).
HASHES = {
    "608648016503040201": hashlib.sha256,
    "608648016503040202": hashlib.sha384,
    "608648016503040203": hashlib.sha512,
}
ALGORITHMS: dict[str, HashAlgorithm] = dict(zip(HASHES, (SHA256(), SHA384(), SHA512()), strict=True))
MESSAGE_DIGEST = "2a864886f70d010904"


# Who may have certified whom, from the log's key up to the firm's first root.
ISSUERS = {
    "service": {"owner"},
    "owner": {"root", "invitation"},
    "invitation": {"root"},
    "root": {"root", "recovery"},
    "recovery": {"root"},
}

BEGUN = "base.log_begun_anew"


class TamperedError(Exception):
    """Something does not hold."""


class IncompleteError(Exception):
    """All that is there holds, and entries that were signed are missing."""


def key_of(vkey: str) -> tuple[str, bytes, int, bytes]:
    """(name, key id, type, public key) of a verifier key."""
    name, key_id, material = vkey.split("+", 2)
    typed = base64.b64decode(material, validate=True)
    if hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4].hex() != key_id or len(typed) != 33:
        raise TamperedError(f"not a verifier key: {vkey}")
    return name, bytes.fromhex(key_id), typed[0], typed[1:]


def open_note(note: bytes, vkey: str, *, needed: bool) -> int | None:
    """Whether this key signed the note: None if not (and not needed), else the time it states (0 without one)."""
    name, key_id, kind, public = key_of(vkey)
    text, _, lines = note.rpartition(b"\n\n")
    text += b"\n"
    for line in lines.decode().splitlines():
        _dash, signer, encoded = line.split(" ")
        signature = base64.b64decode(encoded, validate=True)
        if signer != name or signature[:4] != key_id:
            continue
        signature, message, at = signature[4:], text, 0
        if kind == 4:
            at = int.from_bytes(signature[:8], "big")
            signature, message = signature[8:], f"cosignature/v1\ntime {at}\n".encode() + text
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except InvalidSignature:
            raise TamperedError(f"a signature of {name} does not fit") from None
        return at
    if needed:
        raise TamperedError(f"{name} has not signed a checkpoint")
    return None


def head_of(note: bytes) -> tuple[str, int, bytes]:
    """(origin, size, root) of a checkpoint."""
    origin, size, root = note.decode().split("\n")[:3]
    return origin, int(size), base64.b64decode(root, validate=True)


class Tree:
    """The roots of the perfect subtrees that make the tree of what was added."""

    def __init__(self) -> None:
        self.size = 0
        self.roots: list[bytes] = []

    def add(self, entry: bytes) -> bytes:
        leaf = digest = hashlib.sha256(b"\x00" + entry).digest()
        size = self.size
        while size & 1:
            digest = hashlib.sha256(b"\x01" + self.roots.pop() + digest).digest()
            size >>= 1
        self.roots.append(digest)
        self.size += 1
        return leaf

    def root(self) -> bytes:
        if not self.roots:
            return hashlib.sha256(b"").digest()
        digest = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            digest = hashlib.sha256(b"\x01" + left + digest).digest()
        return digest


def tile_name(level: str, index: int, width: int) -> str:
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "/".join([*("x" + group for group in groups[:-1]), groups[-1]])
    return f"tile/{level}/{path}" + (f".p/{width}" if width < WIDTH else "")


def entries(archive: zipfile.ZipFile, size: int) -> Iterator[bytes]:
    """All entries in order, each compared with its hash in the tile."""
    for index in range(-(-size // WIDTH)):
        width = min(WIDTH, size - index * WIDTH)
        bundle = archive.read(tile_name("entries", index, width))
        hashes = archive.read(tile_name("0", index, width))
        at = place = 0
        while at < len(bundle) and place < width:
            end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
            entry = bundle[at + 2 : end]
            if hashlib.sha256(b"\x00" + entry).digest() != hashes[32 * place : 32 * place + 32]:
                raise TamperedError(f"entry {index * WIDTH + place} is not the one in the tile")
            yield entry
            at, place = end, place + 1
        if at != len(bundle) or place != width:
            raise TamperedError(f"the bundle {index} does not hold its entries")


def check_part(entry: bytes, part: dict[str, object], index: int) -> bool:
    """Whether the personal part is there; TamperedError if it is another than the entry commits to."""
    if part["index"] != index:
        raise TamperedError(f"the personal part of entry {index} is missing from the list")
    if part["personal"] is None:
        return False
    personal, salt = (base64.urlsafe_b64decode(str(part[name]) + "==") for name in ("personal", "salt"))
    committed = base64.urlsafe_b64decode(json.loads(entry)["personal"] + "=")
    if not hmac.compare_digest(hmac.digest(salt, personal, "sha256"), committed):
        raise TamperedError(f"the personal part of entry {index} was altered")
    return True


def der(content: bytes) -> list[tuple[int, bytes, bytes]]:
    """The elements that follow each other in DER: (tag, contents, the whole). ValueError."""
    found, at = [], 0
    while at < len(content):
        begin, tag, size, at = at, content[at], content[at + 1 : at + 2], at + 2
        length = size[0] if size else 0
        if length & 0x80:
            count = length & 0x7F
            if not 0 < count <= 4:
                raise ValueError("not DER")
            length, at = int.from_bytes(content[at : at + count], "big"), at + count
        at += length
        if not size or at > len(content):
            raise ValueError("not DER")
        found.append((tag, content[at - length : at], content[begin:at]))
    return found


def stamp_of(answer: bytes, text: bytes) -> str:
    """Who stamped the text, and when (RFC 3161); TamperedError when the stamp does not fit, or is not his.

    Whether he is who his certificate says is for `openssl ts -verify` to tell.
    """
    _status, token = der(der(answer)[0][1])[:2]
    _version, _algorithms, encapsulated, *more = der(der(der(token[1])[1][1])[0][1])
    info = der(der(encapsulated[1])[1][1])[0][1]
    _version, _policy, (_, imprint, _), _serial, (_, moment, _), *_ = der(der(info)[0][1])
    if der(imprint)[1][1] != HASHES[der(der(imprint)[0][1])[0][1].hex()](text).digest():
        raise TamperedError("a timestamp is not on the head it stands beside")
    certificates = [x509.load_der_x509_certificate(one[2]) for tag, held, _ in more if tag == 0xA0 for one in der(held)]
    [signer] = [der(one[1]) for one in der(more[-1][1])]
    algorithm = der(signer[2][1])[0][1].hex()
    attributes = {der(one)[0][1].hex(): der(der(one)[1][1])[0][1] for _, one, _ in der(signer[3][1])}
    if attributes[MESSAGE_DIGEST] != HASHES[algorithm](info).digest():
        raise TamperedError("a timestamp is not the one that was signed")
    # The signature is over the attributes as a SET; in the stamp they bear another tag (RFC 5652, 5.4).
    name = signed_by(certificates, signer, b"\x31" + signer[3][2][1:], ALGORITHMS[algorithm])
    return f"{moment.decode()} by {name}"


def signed_by(
    certificates: list[x509.Certificate], signer: list[tuple[int, bytes, bytes]], message: bytes, digest: HashAlgorithm
) -> str:
    """The name in the signer's certificate; TamperedError when the signature does not hold."""
    issuer, serial = der(signer[1][1])
    for one in certificates:
        if (one.serial_number, one.issuer.public_bytes()) == (int.from_bytes(serial[1], "big"), issuer[2]):
            break
    else:
        raise TamperedError("the certificate of a timestamp is missing")
    key = one.public_key()
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(signer[5][1], message, PKCS1v15(), digest)
        elif isinstance(key, EllipticCurvePublicKey):
            key.verify(signer[5][1], message, ECDSA(digest))
        else:
            raise ValueError("a timestamp with a key of an unknown kind")
    except InvalidSignature:
        raise TamperedError("the signature of a timestamp does not hold") from None
    return one.subject.rfc4514_string()


def check_stamps(archive: zipfile.ZipFile) -> list[str]:
    """A line about each timestamp."""
    lines = []
    for name in archive.namelist():
        if name.startswith("timestamps/") and name.endswith(".tsr"):
            size = name.removeprefix("timestamps/").removesuffix(".tsr")
            text = archive.read(f"checkpoints/{size}").rpartition(b"\n\n")[0] + b"\n"
            if archive.read(f"timestamps/{size}.txt") != text:
                raise TamperedError(f"the timestamp of {size} entries stands beside another text")
            lines.append(f"timestamp of {size} entries: {stamp_of(archive.read(name), text)}")
    return lines


def keys_by_origin(archive: zipfile.ZipFile, facts: dict[str, Any], vkey: str) -> dict[str, list[str]]:
    """The keys of all origins of the log. Where it began anew, its opening is signed by the keys before and after.

    A key known from elsewhere must be one of them, and no `earlier` one that the firm's owner certified before renewal:
    whoever knows that one only takes the new one's print from the firm.
    """
    keys = [*facts["before"], facts["key"]]
    if vkey and vkey not in keys:
        raise TamperedError(f"{vkey} is none of the keys of this log")
    for number, pair in enumerate(itertools.pairwise(keys), 1):
        opening = archive.read(f"openings/{number}")
        for key in pair:
            open_note(opening, key, needed=True)
        if head_of(opening)[0] != key_of(pair[1])[0]:
            raise TamperedError(f"the opening {number} is another log's")
    earlier = facts.get("earlier", [])
    return {key_of(key)[0]: [key, *(one for one in earlier if key_of(one)[0] == key_of(key)[0])] for key in keys}


def told_of_gaps(begun: list[dict[str, Any]], held: list[tuple[str, int, bytes]], roots: dict[int, bytes]) -> list[str]:
    """What is missing where the log began anew, as it says itself, and as who kept a head can tell."""
    told = []
    for about in begun:
        kept, ended = about["kept"]["size"], about["ended"]
        lost = sum(max(one["size"] - max(kept, one["first"]), 0) for one in ended)
        if lost:
            told.append(f"{about['origin']} began anew behind entry {kept}: up to {lost} entries are lost")
    for origin, size, root in held:
        if roots.get(size) == root:
            continue
        citing = [n for n, about in enumerate(begun) if origin in [one["log"] for one in about["ended"]]]
        since = begun[citing[0] :] if citing else begun
        cited = [one for about in since for one in about["ended"] if one["log"] == origin]
        kept = min((about["kept"]["size"] for about in since), default=size)
        if kept >= size:
            raise TamperedError(f"the first {size} entries are not those of the head you hold")
        hidden = not any(size < one["size"] or (size, b64(root)) == (one["size"], one["root"]) for one in cited)
        told.append(
            f"you hold {size} entries of {origin}: up to {size - kept} of them are lost" + ", AND HIDDEN" * hidden
        )
        if hidden:
            raise TamperedError(told[-1])
    return told


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def joined(*fields: bytes) -> bytes:
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)


def require_sshsig(blob: bytes, message: bytes, public: bytes) -> None:
    """TamperedError unless this key signed the message as a certificate."""
    kind, terms = b"ssh-ed25519", joined(b"siegel-certificate@v1", b"", b"sha512")
    expected = b"SSHSIG\x00\x00\x00\x01" + joined(joined(kind, public)) + terms + joined(joined(kind, blob[-64:]))
    try:
        signed = b"SSHSIG" + terms + joined(hashlib.sha512(message).digest())
        Ed25519PublicKey.from_public_bytes(public).verify(blob[-64:], signed)
    except InvalidSignature:
        expected = b""
    if blob != expected:
        raise TamperedError("a certificate of the log's key was not signed by who issued it")


def root_above(certificates: dict[str, tuple[dict[str, Any], bytes, bytes]], name: str) -> bytes:
    """The key of the root under which the certificate stands: TamperedError unless its signatures lead to one."""
    found = None
    for _ in certificates:
        fields, message, sig = certificates[name]
        issuer = certificates[fields["issuer"]][0] if fields["issuer"] else fields
        if fields["kind"] == "root":
            found = found or unb64(fields["signing_key"])
        if issuer["kind"] not in ISSUERS[fields["kind"]] or issuer["firm"] != fields["firm"]:
            raise TamperedError("a certificate of the log's key was issued by somebody who may not")
        require_sshsig(sig, message, unb64(issuer["signing_key"]))
        if fields["issuer"] is None and found is not None:
            return found
        name = fields["issuer"]
    raise TamperedError("a certificate of the log's key leads to no root")


def told_of_key(archive: zipfile.ZipFile, vkey: str, walk: "Walk") -> str:
    """Whether an owner of the firm certified the log's key, by a certificate that stands in the log."""
    public = key_of(vkey)[3]
    kid = b64(hashlib.sha256(joined(b"siegel-key@v1", public, b"")).digest())
    if kid in walk.revoked:
        raise TamperedError(f"an owner took the log's key back in entry {walk.revoked[kid]}")
    known: dict[str, tuple[dict[str, Any], bytes, bytes]] = {}
    if "certificates.jsonl" in archive.namelist():
        for line in archive.read("certificates.jsonl").splitlines():
            message, sig = (unb64(json.loads(line)[name]) for name in ("bytes", "sig"))
            known[b64(hashlib.sha256(message).digest())] = json.loads(message), message, sig
    for name, (fields, _, _) in known.items():
        subject = b64(hashlib.sha256(b"siegel-log-key@v1\n" + fields["firm"].encode()).digest()[:16])
        about = ("service", subject, b64(public))
        if (fields["kind"], fields["subject"], fields["signing_key"]) != about or name not in walk.certified:
            continue
        fingerprint = b64(hashlib.sha256(joined(b"siegel-key@v1", root_above(known, name), b"")).digest())
        return f"log key certified by an owner: entry {walk.certified[name]}, under the firm's root {fingerprint}"
    return "log key certified by no owner: compare it with what a witness or a proof shows"


def noted(archive: zipfile.ZipFile) -> tuple[list[tuple[str, int, bytes]], list[str]]:
    """The head of this log that the provider's log names, proven there; and a line about it."""
    heads, told = [], []
    for name in archive.namelist():
        if not name.startswith("provider/"):
            continue
        head, _, note = archive.read(name).partition(b"\n\n")
        _version, extra, index, *hashes = head.decode().split("\n")
        shown = json.loads(base64.b64decode(extra.removeprefix("extra "), validate=True))
        open_note(note, shown["key"], needed=True)
        place, (_, size, root), leaf = int(index.removeprefix("index ")), head_of(note), unb64(shown["leaf"])
        if not is_at(leaf, place, size, [base64.b64decode(one, validate=True) for one in hashes], root):
            raise TamperedError("the provider's log does not hold the entry that is shown of it")
        about = json.loads(leaf)["about"]
        heads.append((about["log"], about["size"], unb64(about["root"])))
        told.append(f"{about['size']} entries noted in the provider's log: entry {place}, key {shown['key']}")
    return heads, told


def is_at(entry: bytes, place: int, size: int, hashes: list[bytes], root: bytes) -> bool:
    """Whether the entry stands there in the tree (RFC 9162, 2.1.3.2)."""
    digest, last = hashlib.sha256(b"\x00" + entry).digest(), size - 1
    is_inside = place <= last
    for sibling in hashes:
        is_inside &= last > 0
        if place & 1 or place == last:
            digest = hashlib.sha256(b"\x01" + sibling + digest).digest()
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            digest = hashlib.sha256(b"\x01" + digest + sibling).digest()
        place, last = place >> 1, last >> 1
    return is_inside and last == 0 and digest == root


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def signed_heads(archive: zipfile.ZipFile, keys: dict[str, list[str]]) -> dict[int, bytes]:
    """The roots by size of all heads in the export."""
    roots: dict[int, bytes] = {}
    names = [name for name in archive.namelist() if name.startswith("checkpoints/")]
    for name in ["checkpoint", *names]:
        _, size, root = opened(archive.read(name), keys)
        if roots.setdefault(size, root) != root:
            raise TamperedError(f"two different heads of {size} entries")
    return roots


def opened(note: bytes, keys: dict[str, list[str]]) -> tuple[str, int, bytes]:
    """The head in a note that its log signed."""
    head = head_of(note)
    if head[0] not in keys:
        raise TamperedError(f"a head of another log, {head[0]}")
    if all(open_note(note, key, needed=False) is None for key in keys[head[0]]):
        raise TamperedError(f"{head[0]} has not signed a checkpoint")
    return head


def check_log(archive: zipfile.ZipFile, vkey: str, held_notes: list[bytes]) -> str:
    """Everything; a sentence about it. TamperedError, IncompleteError."""
    facts = json.loads(archive.read("log.json"))
    keys = keys_by_origin(archive, facts, vkey)
    newest = archive.read("checkpoint")
    origin, size, root = opened(newest, keys)
    roots, held = signed_heads(archive, keys), [opened(note, keys) for note in held_notes]
    named, told_of_named = noted(archive)
    if any(one[0] not in keys for one in named):
        raise TamperedError("the provider's log names a head of another log")
    held += named
    if max(roots) > size or origin != key_of(facts["key"])[0]:
        raise TamperedError(f"the log had {max(roots)} entries and now has {size}")
    wanted = {one[1] for one in held} | {head_of(archive.read(f"openings/{n}"))[1] for n in range(1, len(keys))}
    walk = Walk(roots, wanted)
    with archive.open("parts.jsonl") as parts:
        for index, entry in enumerate(entries(archive, size)):
            walk.add(entry, check_part(entry, json.loads(parts.readline()), index))
    if unlawful := walk.erased - walk.lawful:
        raise TamperedError(f"the personal part of entry {min(unlawful)} is gone, and no entry says why")
    for one in held:
        if one[0] == origin and walk.roots.get(one[1]) != one[2]:
            raise TamperedError(f"the log had {one[1]} entries and now has {size}, or others")
    gaps = told_of_gaps(walk.begun, held, walk.roots)
    confirmed = [
        f"{one['name']} confirmed {size} entries"
        for one in facts["witnesses"]
        if open_note(newest, one["key"], needed=False) is not None
    ]
    about = f"{size} entries intact, {len(walk.erased)} personal parts erased, {len(roots)} heads"
    told = ["; ".join([about, *confirmed]), *check_stamps(archive), *told_of_named, f"log key: {facts['key']}"]
    told += [told_of_key(archive, facts["key"], walk), f"root: {root.hex()}"]
    if gaps:
        raise IncompleteError("\n".join([*told, *gaps]))
    return "\n".join(told)


class Walk:
    """Goes through the entries in order and compares with every signed root."""

    def __init__(self, signed: dict[int, bytes], wanted: set[int]) -> None:
        self.tree, self.signed, self.wanted = Tree(), signed, wanted
        self.roots: dict[int, bytes] = {}
        self.erased, self.lawful, self.begun = set[int](), set[int](), list[dict[str, Any]]()
        # By hash of the certificate, and by id of the key: in which entry.
        self.certified, self.revoked = dict[str, int](), dict[str, int]()

    def add(self, entry: bytes, has_part: bool) -> None:
        self.tree.add(entry)
        size = self.tree.size
        if size in self.signed or size in self.wanted:
            self.roots[size] = self.tree.root()
            if self.signed.get(size, self.roots[size]) != self.roots[size]:
                raise TamperedError(f"the first {size} entries are not those that were signed")
        if not has_part:
            self.erased.add(size - 1)
        leaf = json.loads(entry)
        if leaf["kind"] == "base.personal_erased":
            for first, last in leaf["about"]["entries"]:
                self.lawful.update(range(first, last + 1))
        if leaf["kind"] == BEGUN:
            self.begun.append(leaf["about"])
        if leaf["kind"] == "keys.firm_founded":
            self.certified.update(dict.fromkeys(leaf["about"]["certificates"], size - 1))
        if leaf["kind"] == "keys.certificate_added":
            self.certified[leaf["about"]["certificate"]] = size - 1
        if leaf["kind"] == "keys.revoked":
            self.revoked[leaf["about"]["key"]] = size - 1


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks an exported audit log.")
    parser.add_argument("log", help="the exported zip file")
    parser.add_argument("--key", default="", help="the log's verifier key, known from elsewhere")
    parser.add_argument("--held", action="append", default=[], help="a file with a head you kept; repeatable")
    arguments = parser.parse_args()
    held = []
    for name in arguments.held:
        with open(name, "rb") as file:
            held.append(file.read())
    try:
        with zipfile.ZipFile(arguments.log) as archive:
            sys.stdout.write(check_log(archive, arguments.key, held) + "\n")
    except TamperedError as error:
        sys.stderr.write(f"TAMPERED: {error}\n")
        return 3
    except IncompleteError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    except (OSError, LookupError, ValueError, zipfile.BadZipFile) as error:
        sys.stderr.write(f"incomplete or unreadable: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
