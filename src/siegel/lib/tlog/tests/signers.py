"""A log and two witnesses, and what they sign."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from siegel.lib import tlog
from siegel.lib.tlog.tests.trees import leaves_of, mth

ORIGIN = "log.example/muster"
TIME = 1_790_000_000


@dataclass(frozen=True)
class Signer:
    name: str
    signature_type: int
    private: Ed25519PrivateKey

    @property
    def key(self) -> tlog.VerifierKey:
        return tlog.VerifierKey(self.name, self.signature_type, self.private.public_key().public_bytes_raw())

    def sign(self, text: str, time: int = TIME) -> tlog.Signature:
        if self.signature_type == tlog.ED25519:
            return tlog.sign(text, self.name, self.private)
        return tlog.cosign(text, self.name, self.private, time)


def signer(name: str, signature_type: int, seed: int) -> Signer:
    return Signer(name, signature_type, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


LOG = signer(ORIGIN, tlog.ED25519, 1)
OFFICE = signer("witness.example/office", tlog.COSIGNATURE, 2)
BROWSER = signer("witness.example/browser", tlog.COSIGNATURE, 3)
STRANGER = signer("stranger.example", tlog.ED25519, 4)


def checkpoint_of(size: int, origin: str = ORIGIN) -> tlog.Checkpoint:
    return tlog.Checkpoint(origin, size, mth(leaves_of(size)))


def note_by(text: str, *signers: Signer) -> tlog.Note:
    return tlog.Note(text, tuple(each.sign(text) for each in signers))
