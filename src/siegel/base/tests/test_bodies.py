"""What a body may be before anybody knows who sends it."""

import io
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Browser

from siegel.base import bodies
from siegel.base.places import Places

MIB = 1 << 20
FORM = "multipart/form-data; boundary=x"


class Line(io.BytesIO):
    """A request's body that counts what is read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.taken += len(piece)
        return piece


def send(path: str, content_type: str, line: Line) -> tuple[int, str]:
    browser = Browser(enforce_csrf_checks=True)
    environ: dict[str, Any] = {"wsgi.input": line, "CONTENT_LENGTH": str(len(line.getbuffer()))}
    # some data, because without the client leaves out the type
    answer = browser.generic("POST", path, "x", content_type=content_type, **environ)
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("path", ["/api/sign-in/start", "/api/uploads", "/anmeldung"])
def test_a_form_with_files_is_refused_before_a_byte_of_it_is_read(path: str) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n'
    line = Line(head + bytes(20 * MIB) + b"\r\n--x--\r\n")
    assert send(path, FORM, line) == (415, "bad_request")
    assert line.taken == 0


def test_a_body_over_the_bound_is_refused_before_a_byte_of_it_is_read() -> None:
    line = Line(bytes(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))
    assert send("/api/sign-in/start", "application/json", line) == (400, "bad_request")
    assert line.taken == 0


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/json"])
@pytest.mark.parametrize("path", ["/api/sign-in/start", "/api/uploads"])
def test_only_so_many_bodies_are_read_at_once(monkeypatch: pytest.MonkeyPatch, path: str, content_type: str) -> None:
    monkeypatch.setattr(bodies, "READING", Places(total=0, each=1))
    line = Line(b"{}")
    assert send(path, content_type, line) == (503, "busy")
    assert line.taken == 0


def test_a_body_that_breaks_off_is_a_bad_request() -> None:
    class Broken(Line):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("the line broke")

    assert send("/api/sign-in/start", "application/json", Broken(b"{}")) == (400, "bad_request")
