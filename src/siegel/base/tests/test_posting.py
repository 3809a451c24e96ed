import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from siegel.base.posting import Answer, PostError, post

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: Text/Plain; charset=utf-8\r\n"


@contextmanager
def dripping(first: bytes, then: bytes) -> Iterator[str]:
    """Answers `first` at once and `then` byte by byte, ten a second, until nobody listens."""
    ended = Event()

    def serve(listener: socket.socket) -> None:
        line, _ = listener.accept()
        with line:
            line.recv(1 << 16)
            try:
                line.sendall(first)
                for byte in then:
                    if ended.wait(0.1):
                        break
                    line.sendall(bytes([byte]))
            except OSError:
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/ask?now"
        finally:
            ended.set()
            thread.join()


def asked(url: str, *, timeout_s: float = 0.4, most_bytes: int = 100) -> Answer:
    return post(url, b"?", kind="text/plain", timeout_s=timeout_s, most_bytes=most_bytes)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"", HEAD * 2),
        (HEAD + b"Content-Length: 60\r\n\r\n", b"x" * 60),
        (HEAD + b"\r\n", b"x" * 60),
    ],
    ids=["headers", "body", "body-without-length"],
)
def test_who_answers_byte_by_byte_is_cut_off_and_gave_no_answer(first: bytes, then: bytes) -> None:
    began = time.monotonic()
    with dripping(first, then) as url, pytest.raises(PostError) as caught:
        asked(url)
    assert caught.value.code == "unreachable"
    assert time.monotonic() - began < 3


def test_an_answer_is_read_up_to_its_bound() -> None:
    with dripping(HEAD + b"Content-Length: 100\r\n\r\n" + b"x" * 100, b"") as url:
        assert asked(url) == Answer(200, "text/plain", b"x" * 100)
    with dripping(HEAD + b"Content-Length: 101\r\n\r\n" + b"x" * 101, b"") as url, pytest.raises(PostError) as caught:
        asked(url)
    assert caught.value.code == "oversized"
