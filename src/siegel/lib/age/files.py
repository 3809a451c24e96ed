"""Whole age files: header and payload together, binary or armored."""

from collections.abc import Iterable, Sequence

from siegel.lib.age.armor import MAX_WHITESPACE, ArmorSink, dearmor, looks_armored
from siegel.lib.age.file_key import FileKey
from siegel.lib.age.header import Header, open_header, seal_header
from siegel.lib.age.keys import Identity, Recipient
from siegel.lib.age.payload import Sink, Source, open_payload, seal_payload, write_all


def seal_file(source: Source, sink: Sink, recipients: Iterable[Recipient], *, armor: bool = False) -> None:
    """Seals all of `source` for `recipients` as one age file written to `sink`, under a fresh file key.

    RecipientError when the recipients cannot stand together; nothing is written then.
    """
    file_key = FileKey.generate()
    header = seal_header(file_key, recipients)
    target = ArmorSink(sink) if armor else sink
    write_all(target, memoryview(header))
    seal_payload(file_key, source, target)
    if isinstance(target, ArmorSink):
        target.close()


def open_file(source: Source, sink: Sink, identities: Sequence[Identity]) -> None:
    """Opens an age file, armored or not, into `sink`, which receives each chunk only after it verified.

    Any AgeError says that what `sink` holds is not the whole file; see the tree in the package's docstring.
    """
    header, payload = read_header(source)
    open_payload(open_header(header, identities), payload, sink)


def read_header(source: Source) -> tuple[Header, Source]:
    """The header of an age file, armored or not, and its payload as a Source; for whoever looks before opening."""
    first_line = source.readline(MAX_WHITESPACE)
    inner: Source = dearmor(source, first_line=first_line) if looks_armored(first_line) else source
    if inner is not source:
        first_line = b""
    return Header.read(inner, first_line=first_line), inner
