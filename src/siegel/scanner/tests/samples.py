"""Payloads built on the spot, so that a fresh machine proves the scanner without any sample files."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from email.message import EmailMessage
from itertools import count

import libarchive  # type: ignore[import-untyped]
import pikepdf

# In two halves, so that a virus scanner on a developer's machine leaves the checkout alone.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_serial = count()


def zipped(*members: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for number, member in enumerate(members):
            archive.writestr(f"{number}.bin", member)
    return packed.getvalue()


def zip64(member: bytes) -> bytes:
    """Local header and directory state both sizes as 0xFFFFFFFF; the true ones stand in the extra field."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(member) + packer.flush()
    name = b"eicar.com"
    sizes = struct.pack("<HHQQ", 1, 16, len(member), len(packed))
    common = struct.pack(
        "<HHHHHIIIHH", 45, 0, 8, 0, 0x21, zlib.crc32(member), 0xFFFFFFFF, 0xFFFFFFFF, len(name), len(sizes)
    )
    local = b"PK\x03\x04" + common + name + sizes + packed
    central = b"PK\x01\x02" + struct.pack("<H", 45) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name + sizes
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def encrypted_zip() -> bytes:
    """ZipCrypto's mark on the member; its bytes are noise, as to anybody without the password."""
    packed = bytearray(zipped(bytes(range(200)), method=zipfile.ZIP_STORED))
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(packed)


def nested(depth: int, core: bytes) -> bytes:
    for _ in range(depth):
        core = zipped(core)
    return core


def hidden_from_directory(member: bytes) -> bytes:
    """A zip whose directory does not mention its first member."""
    first = zipped(member)
    return first[: first.index(b"PK\x01\x02")] + zipped(b"harmless")


def tarred(member: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo("eicar.com")
        entry.size = len(member)
        archive.addfile(entry, io.BytesIO(member))
    return packed.getvalue()


def archive(kind: str, member: bytes) -> bytes:
    """One of libarchive's own formats."""
    written = io.BytesIO()
    with libarchive.custom_writer(written.write, kind) as writer:
        writer.add_file_from_memory("member.bin", len(member), member)
    return written.getvalue()


def compressed(content: bytes) -> dict[str, bytes]:
    return {"gz": gzip.compress(content), "bz2": bz2.compress(content), "xz": lzma.compress(content)}


def lzw(content: bytes) -> bytes:
    """As compress(1) writes it, every byte as a code of its own; at most 255 bytes, then codes would become longer."""
    codes = sum(byte << 9 * at for at, byte in enumerate(content[:255]))
    return b"\x1f\x9d\x90" + codes.to_bytes((len(content[:255]) * 9 + 7) // 8, "little")


def strange(packed: bytes, at: int) -> bytes:
    """With a bit set that is reserved: some programs refuse the file, others open it all the same."""
    return packed[:at] + bytes([packed[at] | 0x60]) + packed[at + 1 :]


def old_cpio(content: bytes) -> bytes:
    """The binary cpio of before 1990: 16-bit words, the lowest byte first; long numbers with their upper word first."""

    def entry(name: bytes, held: bytes) -> bytes:
        head = struct.pack("<13H", 0o70707, 0, 1, 0o100644, 0, 0, 1, 0, 0, 0, len(name), len(held) >> 16, len(held))
        return head + name + bytes(len(name) % 2) + held + bytes(len(held) % 2)

    return entry(b"beleg.bin\0", content) + entry(b"TRAILER!!!\0", b"")


def mail(attachment: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "anna@example.org", "kanzlei@example.org", "Belege"
    message.set_content("Anbei die Belege.")
    message.add_attachment(attachment, maintype="application", subtype="octet-stream", filename="belege.bin")
    return message.as_bytes()


def forwarded(inner: bytes) -> bytes:
    """A mail that holds another as message/rfc822."""
    head = b"From: anna@example.org\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n"
    return head + inner


def pdf(
    attachment: bytes | None = None, *, password: str | None = None, owner: str = "geheim", filters: int = 1
) -> bytes:
    """One page; the attachment as pikepdf writes it, which clamd overlooks, deflated `filters` times.

    With `password` it is encrypted; an empty one opens by itself and only forbids things, as bank statements do.
    """
    written = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        if attachment is not None:
            document.attachments["rechnung.bin"] = attachment
            stream = document.attachments["rechnung.bin"].get_file().obj
            for _ in range(filters):
                attachment = zlib.compress(attachment)
            stream.write(attachment, filter=pikepdf.Array([pikepdf.Name.FlateDecode] * filters))
        if password is None:
            document.save(written, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
        else:
            document.save(written, encryption=pikepdf.Encryption(owner=owner, user=password))
    return written.getvalue()


def unique(size_bytes: int) -> bytes:
    """Content nobody has seen before: clamd and the unpacker remember what they saw."""
    return f"Beleg {next(_serial)}\n".encode().ljust(size_bytes, b".")
