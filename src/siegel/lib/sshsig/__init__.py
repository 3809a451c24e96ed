"""SSHSIG signatures (OpenSSH's PROTOCOL.sshsig) with Ed25519 keys.

A signature is bound to a *namespace*, so that what was signed for one purpose proves nothing for another. What is
signed is not the message but a short record of namespace and SHA-512 of the message; the result, the *blob*, carries
the signer's public key. `ssh-keygen -Y verify` accepts the armored form.

    blob = sign(key, "siegel-example", message)
    verify(blob, "siegel-example", message, public_key)

One error: SignatureError. There is exactly one valid blob but for its last 64 bytes, so verification compares instead
of parsing and tolerates nothing: no other algorithm, no trailing byte, no second encoding.
"""

import base64
import binascii
import hashlib
import hmac
from typing import ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_MAGIC = b"SSHSIG"
_VERSION = (1).to_bytes(4, "big")
_KEY_TYPE = b"ssh-ed25519"
_HASH = b"sha512"
_RESERVED = b""
_KEY_SIZE = 32
_SIGNATURE_SIZE = 64
_BEGIN = "-----BEGIN SSH SIGNATURE-----\n"
_END = "-----END SSH SIGNATURE-----\n"
_COLUMNS = 70


class SignatureError(Exception):
    """The signature is malformed, or not this key's for this namespace and message."""

    code: ClassVar[str] = "sshsig.signature"


def sign(key: Ed25519PrivateKey, namespace: str, message: bytes) -> bytes:
    """The blob by which `key` signs `message` for `namespace` (not empty)."""
    if not namespace:
        raise ValueError("the namespace is empty")
    signature = key.sign(_signed_record(namespace, message))
    return _blob_head(namespace, key.public_key().public_bytes_raw()) + signature


def verify(blob: bytes, namespace: str, message: bytes, public_key: bytes) -> None:
    """Returns if `blob` is the signature of the 32-byte `public_key` on `message` for `namespace`.

    SignatureError otherwise, also when the blob names another key that would verify.
    """
    if len(public_key) != _KEY_SIZE:
        raise ValueError(f"an Ed25519 public key has {_KEY_SIZE} bytes")
    head, signature = blob[:-_SIGNATURE_SIZE], blob[-_SIGNATURE_SIZE:]
    if not namespace or not hmac.compare_digest(head, _blob_head(namespace, public_key)):
        raise SignatureError("not an Ed25519 signature of this key for this namespace")
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _signed_record(namespace, message))
    except (InvalidSignature, ValueError):
        raise SignatureError("the signature does not fit the message") from None


def armor(blob: bytes) -> str:
    """The blob as text, as `ssh-keygen` writes and reads it."""
    text = base64.b64encode(blob).decode("ascii")
    lines = [text[i : i + _COLUMNS] + "\n" for i in range(0, len(text), _COLUMNS)]
    return _BEGIN + "".join(lines) + _END


def dearmor(text: str) -> bytes:
    """The blob inside armor; SignatureError unless the text is exactly what `armor` writes."""
    try:
        blob = binascii.a2b_base64(text.removeprefix(_BEGIN).removesuffix(_END))
    except ValueError:
        raise SignatureError("the armor of the signature is not base64") from None
    if armor(blob) != text:
        raise SignatureError("the armor of the signature is malformed")
    return blob


def _string(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def _blob_head(namespace: str, public_key: bytes) -> bytes:
    """The blob up to the 64 bytes of the signature itself."""
    key = _string(_KEY_TYPE) + _string(public_key)
    fields = _string(key) + _string(namespace.encode()) + _string(_RESERVED) + _string(_HASH)
    signature_head = _string(_KEY_TYPE) + _SIGNATURE_SIZE.to_bytes(4, "big")
    signature_size = len(signature_head) + _SIGNATURE_SIZE
    return _MAGIC + _VERSION + fields + signature_size.to_bytes(4, "big") + signature_head


def _signed_record(namespace: str, message: bytes) -> bytes:
    digest = hashlib.sha512(message).digest()
    return _MAGIC + _string(namespace.encode()) + _string(_RESERVED) + _string(_HASH) + _string(digest)
