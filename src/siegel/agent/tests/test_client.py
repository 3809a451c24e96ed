"""The wire: lost connections, busy servers, ended sessions; nothing twice that must not be."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator

import httpx
import pytest

from siegel.agent.account import Account
from siegel.agent.client import MAX_ANSWER_BYTES, SINGLE_REQUEST_SIZE, Api, origin_of
from siegel.agent.errors import AgentError, OfflineError, ServerError, UsageError
from siegel.agent.tests.server import ORIGIN, Server, StoredVault

BIG = bytes(range(256)) * 8192


def upload(api: Api, content: bytes) -> str:
    return api.upload("vault", io.BytesIO(content), len(content), lambda _: None)


def failing(server: Server, times: int, method: str, path: str = "") -> Callable[[httpx.Request], None]:
    """Loses so many requests of this kind before they reach the server."""
    left = [times]

    def before(request: httpx.Request) -> None:
        if request.method == method and path in request.url.path and left[0]:
            left[0] -= 1
            raise httpx.ConnectError("no line")

    return before


def test_the_first_post_fetches_the_csrf_token(server: Server) -> None:
    server.api().post("sign-in/challenge", {"firm": "muster"})
    assert server.requests == ["GET session", "POST sign-in/challenge"]


def test_a_small_payload_goes_with_one_request(server: Server, client: Account) -> None:
    server.requests.clear()
    name = upload(client.api, b"x" * 100)
    assert server.requests == ["POST uploads"]
    assert server.uploads[name].content == b"x" * 100


def test_a_large_payload_goes_in_pieces_after_its_creation(server: Server, client: Account) -> None:
    assert len(BIG) > SINGLE_REQUEST_SIZE
    arrived: list[int] = []
    name = client.api.upload("vault", io.BytesIO(BIG), len(BIG), arrived.append)
    assert server.uploads[name].content == BIG
    assert arrived[-1] == len(BIG)
    assert arrived == sorted(arrived)


def test_an_upload_goes_on_where_the_line_broke(server: Server, client: Account) -> None:
    server.cut_after = 700_000
    server.requests.clear()
    name = upload(client.api, BIG)
    assert server.uploads[name].content == BIG
    assert [line.split("/")[0] for line in server.requests] == ["POST uploads"] + ["PATCH uploads", "HEAD uploads"] * 3


def test_an_upload_during_which_nothing_arrives_any_more_ends(server: Server, client: Account) -> None:
    server.cut_after = 0
    with pytest.raises(OfflineError) as error:
        upload(client.api, BIG)
    assert error.value.code == "connection_lost"


def test_what_may_be_repeated_is_repeated_after_a_loss(server: Server, client: Account) -> None:
    server.before = failing(server, 2, "GET", "vaults")
    assert client.api.get("vaults")["vaults"]


def test_what_must_not_be_repeated_is_sent_once(server: Server, client: Account) -> None:
    server.before = failing(server, 1, "POST", "invitations")
    with pytest.raises(OfflineError):
        client.api.post("invitations", {})


def test_a_server_that_is_gone_is_reported_after_some_attempts(server: Server, client: Account) -> None:
    server.before = failing(server, 99, "GET")
    with pytest.raises(OfflineError) as error:
        client.api.get("vaults")
    assert error.value.params == {"server": ORIGIN}


def test_a_busy_server_is_asked_again_and_a_missing_scanner_is_not() -> None:
    def api(code: str) -> tuple[Api, list[int]]:
        asked: list[int] = []

        def handle(_: httpx.Request) -> httpx.Response:
            asked.append(1)
            return httpx.Response(503, json={"code": code, "message": "Text"})

        return Api(ORIGIN, transport=httpx.MockTransport(handle), pauses_s=(0, 0)), asked

    for code, times in (("busy", 3), ("no_scanner", 1)):
        one, asked = api(code)
        with pytest.raises(ServerError) as error:
            one.get("scanner-key")
        assert (error.value.status, error.value.code, error.value.text) == (503, code, "Text")
        assert len(asked) == times


def test_a_session_that_ended_is_renewed_with_the_key(server: Server, client: Account) -> None:
    server.ended.add(client.person)
    assert client.api.get("vaults")["vaults"]
    assert server.requests[-1] == "GET vaults"
    assert "POST sign-in/key" in server.requests[-3:]


def test_a_session_that_cannot_be_renewed_is_reported(server: Server, stored: StoredVault) -> None:
    with pytest.raises(ServerError) as error:
        server.api().get("vaults")
    assert (error.value.status, error.value.code) == (401, "signed_out")


@pytest.mark.parametrize("content", [b"<html>", b"[]", b'"x"', b""])
def test_an_answer_that_is_no_object_is_none_of_ours(content: bytes) -> None:
    api = Api(ORIGIN, transport=httpx.MockTransport(lambda _: httpx.Response(200, content=content)))
    with pytest.raises(AgentError) as error:
        api.get("vaults")
    assert error.value.code == "answer_invalid"


def test_a_redirect_is_not_followed() -> None:
    elsewhere = httpx.Response(302, headers={"Location": "http://evil.example/"})
    api = Api(ORIGIN, transport=httpx.MockTransport(lambda _: elsewhere))
    with pytest.raises(AgentError) as error:
        api.get("vaults")
    assert error.value.code == "answer_invalid"


class BrokenStream(httpx.SyncByteStream):
    """Gives some bytes, then the line breaks."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self.content
        raise httpx.ReadError("the line broke")


def test_a_download_goes_on_where_the_line_broke() -> None:
    ranges: list[str | None] = []

    def handle(request: httpx.Request) -> httpx.Response:
        ranges.append(request.headers.get("Range"))
        offset = 0 if len(ranges) == 1 else int(ranges[-1][6:-1])  # type: ignore[index]
        status = 206 if offset else 200
        if len(ranges) < 3:
            return httpx.Response(status, stream=BrokenStream(BIG[offset : offset + 600_000]))
        return httpx.Response(status, stream=httpx.ByteStream(BIG[offset:]))

    download = Api(ORIGIN, transport=httpx.MockTransport(handle), pauses_s=(0, 0)).download("payload")
    found = b"".join(iter(lambda: download.read(50_000), b""))
    assert found == BIG
    assert ranges == [None, "bytes=600000-", "bytes=1200000-"]


def test_a_server_that_ignores_the_range_is_refused() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=BrokenStream(BIG[:1000]))

    download = Api(ORIGIN, transport=httpx.MockTransport(handle), pauses_s=(0, 0)).download("payload")
    assert download.read(1000)
    with pytest.raises(AgentError) as error:
        download.read(1000)
    assert error.value.code == "answer_invalid"


def test_a_download_during_which_nothing_arrives_any_more_ends() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no line")

    download = Api(ORIGIN, transport=httpx.MockTransport(handle), pauses_s=(0, 0)).download("payload")
    with pytest.raises(OfflineError):
        download.read(1)


@pytest.mark.parametrize(
    ("server", "origin"),
    [
        ("https://siegel.example/k/muster", "https://siegel.example"),
        ("siegel.example", "https://siegel.example"),
        ("https://siegel.example:8443", "https://siegel.example:8443"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://localhost:80", "http://localhost"),
    ],
)
def test_the_origin_is_scheme_host_and_port(server: str, origin: str) -> None:
    assert origin_of(server) == origin


@pytest.mark.parametrize(
    ("server", "code"), [("http://siegel.example", "server_insecure"), ("ftp://x", "server_invalid")]
)
def test_an_address_without_encryption_is_refused(server: str, code: str) -> None:
    with pytest.raises(UsageError) as error:
        origin_of(server)
    assert error.value.code == code


@pytest.mark.parametrize(("status", "path"), [(200, "vaults"), (500, "vaults"), (404, "a/payload")])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_answer_without_end_is_refused_before_it_fills_the_memory(status: int, path: str, encoding: str) -> None:
    packer = zlib.compressobj(wbits=31)
    taken = 0

    def answer() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            piece = bytes(1 << 20)
            yield piece if encoding == "identity" else packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)

    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            return answer()

    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers={"Content-Encoding": encoding}, stream=Endless())

    api = Api(ORIGIN, transport=httpx.MockTransport(handle), pauses_s=())
    with pytest.raises(AgentError) as error:
        api.download(path).read(1) if path.endswith("payload") else api.get(path)
    assert error.value.code == "answer_too_large"
    assert taken == (MAX_ANSWER_BYTES >> 20) + 1


def test_a_packed_answer_is_read(server: Server) -> None:
    packed = gzip.compress(b'{"a": 1}')
    headers = {"Content-Encoding": "gzip", "Content-Length": str(len(packed))}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=httpx.ByteStream(packed)))
    assert Api(ORIGIN, transport=transport).get("vaults") == {"a": 1}
