"""The age v1 file format (C2SP age.md), complete and strict.

An age file is a header and a payload. The payload is sealed with a *file key*, 16 random bytes; the header wraps that
key once per *recipient* (a public key or a passphrase), in a *stanza* each. An *identity* (the private key, or the
passphrase) finds its stanza, unwraps the file key, checks with it that the header is unaltered, and opens the payload,
chunk by chunk.

    owner = HybridIdentity.generate()
    seal_file(source, sink, [owner.recipient()])
    open_file(source, sink, [owner])

Header and payload can live apart, and several headers can wrap the key of one payload:

    file_key = FileKey.generate()
    seal_payload(file_key, source, sink)
    for_vault = seal_header(file_key, [vault])
    for_scanner = seal_header(file_key, [scanner])
    part = PayloadReader(open_header(for_vault, [identity]), fetch, payload_size).read(offset, length)

ChaCha20-Poly1305 does not commit to its key: one payload can be made that opens differently under two file keys. Who
hands out several headers must fix the file key by other means, for example by publishing `file_key.derive(b"…")`.

Sources are binary files opened for reading (or `BlockSource`), sinks are binary files opened for writing; both are
streamed with bounded memory and never closed. Errors of the file system pass through unchanged.

    AgeError
    ├── KeyFormatError        no recipient or identity of a known type
    ├── RecipientError        recipients that cannot stand in one header
    ├── HeaderError           a header or stanza that breaks the format
    │   ├── WorkFactorError   a passphrase stanza that would cost too much
    │   └── NonceError        (also a PayloadError) the file ends right after its header
    ├── ArmorError            ASCII armor that is not strict
    ├── NoMatch               no identity opens the file
    │   └── PassphraseError   the passphrase is another one
    ├── HmacError             the header was altered
    └── PayloadError          the payload is truncated, altered, continued or foreign
"""

from siegel.lib.age.armor import ArmorSink, dearmor
from siegel.lib.age.errors import (
    AgeError,
    ArmorError,
    HeaderError,
    HmacError,
    KeyFormatError,
    NoMatch,
    NonceError,
    PassphraseError,
    PayloadError,
    RecipientError,
    WorkFactorError,
)
from siegel.lib.age.file_key import FileKey
from siegel.lib.age.files import open_file, read_header, seal_file
from siegel.lib.age.header import MAX_HEADER_SIZE, Header, open_header, seal_header
from siegel.lib.age.hybrid import HybridIdentity, HybridRecipient
from siegel.lib.age.keys import (
    Identity,
    Recipient,
    parse_identity,
    parse_identity_file,
    parse_recipient,
    parse_recipient_file,
)
from siegel.lib.age.payload import (
    CHUNK_SIZE,
    BlockSource,
    Sink,
    Source,
    open_blocks,
    open_payload,
    seal_blocks,
    seal_payload,
)
from siegel.lib.age.ranges import Fetch, PayloadReader, fetch_from, plaintext_size, sealed_size
from siegel.lib.age.scrypt import ScryptIdentity, ScryptRecipient
from siegel.lib.age.stanza import Stanza
from siegel.lib.age.x25519 import X25519Identity, X25519Recipient

__all__ = [
    "CHUNK_SIZE",
    "MAX_HEADER_SIZE",
    "AgeError",
    "ArmorError",
    "ArmorSink",
    "BlockSource",
    "Fetch",
    "FileKey",
    "Header",
    "HeaderError",
    "HmacError",
    "HybridIdentity",
    "HybridRecipient",
    "Identity",
    "KeyFormatError",
    "NoMatch",
    "NonceError",
    "PassphraseError",
    "PayloadError",
    "PayloadReader",
    "Recipient",
    "RecipientError",
    "ScryptIdentity",
    "ScryptRecipient",
    "Sink",
    "Source",
    "Stanza",
    "WorkFactorError",
    "X25519Identity",
    "X25519Recipient",
    "dearmor",
    "fetch_from",
    "open_blocks",
    "open_file",
    "open_header",
    "open_payload",
    "parse_identity",
    "parse_identity_file",
    "parse_recipient",
    "parse_recipient_file",
    "plaintext_size",
    "read_header",
    "seal_blocks",
    "seal_file",
    "seal_header",
    "seal_payload",
    "sealed_size",
]
