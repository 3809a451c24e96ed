"""Files embedded in a PDF, which clamd overlooks when their dictionary is written in one of two usual ways.

They are found by what they are (/Type /EmbeddedFile, or anything named under /EF), not by the list of attachments that
a viewer would show.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from io import BytesIO
from logging import CRITICAL, getLogger

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

from .archives import Blocks, Members
from .unreadable import EncryptedError, UnreadableError

_BLOCK_BYTES = 1 << 20
_NESTING = 30

getLogger("pikepdf").setLevel(CRITICAL)  # its warnings quote the document


def open_random_source() -> None:
    """qpdf opens its device when it first needs numbers: to read some encrypted documents, or to write one."""
    with pikepdf.new() as pdf:
        pdf.save(BytesIO(), encryption=pikepdf.Encryption(owner="", user=""))


def embedded_files(fd: int) -> Members:
    """Every embedded file, decoded. A PDF that opens without a password counts as open, whatever it forbids."""
    with os.fdopen(os.dup(fd), "rb") as source:
        source.seek(0)
        try:
            with pikepdf.open(source, access_mode=pikepdf.AccessMode.stream, suppress_warnings=True) as pdf:
                for stream in _embedded_streams(pdf):
                    yield _decoded(stream)
        except pikepdf.PasswordError as error:
            raise EncryptedError from error
        except (pikepdf.PdfError, ValueError, RuntimeError) as error:
            raise UnreadableError from error


def _embedded_streams(pdf: pikepdf.Pdf) -> Iterator[Stream]:
    seen: set[tuple[int, int]] = set()
    for found in pdf.objects:
        for stream in _in_object(found, _NESTING):
            if stream.objgen not in seen:
                seen.add(stream.objgen)
                yield stream


def _in_object(found: Object, nesting: int) -> Iterator[Stream]:
    """In this object and what is written inside it; not in objects it refers to, which have their own turn."""
    if nesting == 0:
        raise UnreadableError
    if isinstance(found, Stream) and found.get(Name.Type) == Name.EmbeddedFile:
        yield found
    if isinstance(found, Stream | Dictionary):
        files = found.get(Name.EF)
        if isinstance(files, Dictionary):
            yield from (value for value in files.values() if isinstance(value, Stream))
        children = list(found.values())
    elif isinstance(found, Array):
        children = list(found)
    else:
        return
    for child in children:
        if isinstance(child, Dictionary | Array) and not child.is_indirect:
            yield from _in_object(child, nesting - 1)


def _decoded(stream: Stream) -> Blocks:
    """Flate, the usual filter, is inflated block by block; other filters at once, by qpdf, within the memory limit."""
    name = stream.get(Name.Filter)
    if name is None:
        yield stream.read_raw_bytes()
    elif name == Name.FlateDecode and stream.get(Name.DecodeParms) is None:
        yield from _inflated(stream.read_raw_bytes())
    else:
        try:
            yield stream.read_bytes(pikepdf.StreamDecodeLevel.all)
        except pikepdf.PdfError as error:
            raise UnreadableError from error


def _inflated(packed: bytes) -> Iterator[bytes]:
    inflater = zlib.decompressobj()
    try:
        while packed and not inflater.eof:
            yield inflater.decompress(packed, _BLOCK_BYTES)
            packed = inflater.unconsumed_tail
        yield inflater.flush()
    except zlib.error as error:
        raise UnreadableError from error
    if not inflater.eof:
        raise UnreadableError
