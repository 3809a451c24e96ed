"""A server that answers as it likes: the recorded honest answers, altered by a test; what clients send is kept."""

import copy
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from siegel.agent.account import Account, sign_in
from siegel.agent.client import Api
from siegel.agent.entities import Entity
from siegel.agent.errors import AgentError
from siegel.agent.opened import OpenVault, open_by_id
from siegel.agent.session import Home
from siegel.lib.age import HybridIdentity
from siegel.seals.canonical import b64, unb64
from siegel.seals.derive import digest
from siegel.seals.errors import SealError
from siegel.seals.ids import new_id
from siegel.seals.scanning import announce_scanner_key, sign_verdict
from siegel.seals.signed import Signed
from tests.attacks.recording import ORIGIN, Honest, Json


class HostileServer(httpx.BaseTransport):
    """Answers one person. Honest until a test alters `answers` (by path below /api/) or `rules` (for posts)."""

    def __init__(self, honest: Honest, who: str) -> None:
        self.honest = honest
        self.answers: dict[str, Json] = copy.deepcopy(honest.answers[who])
        self.rules: dict[str, Callable[[Json], Json]] = {}
        self.sent: list[tuple[str, Json]] = []
        self.kid = self.answers["session"]["person"]["kid"] if "session" in self.answers else ""
        if "scanner-key" in self.answers:
            self.answers["scanner-key"] = {"doc": self._scanner_key().to_wire()}

    def news(self, vault: str) -> Json:
        return self.answers[f"vaults/{vault}/news"]

    def posted(self, end: str) -> list[Json]:
        """Bodies sent to addresses with this end."""
        return [body for path, body in self.sent if path.endswith(end)]

    def withhold(self, vault: str, after: int) -> None:
        """Show only the first `after` records, and a head that fits."""
        news = self.news(vault)
        del news["records"][after:]
        self.claim_head(vault)

    def claim_head(self, vault: str) -> None:
        """The head that the records shown give."""
        news = self.news(vault)
        news["seq"] = len(news["records"])
        news["head"] = digest(unb64(news["records"][-1]["record"]["bytes"]))

    def add_entry(self, vault: str, entry: Json, *rows: Json) -> None:
        """One more record, as if it had been accepted."""
        news = self.news(vault)
        index = 1 + max(one["log_index"] for one in [*news["records"], *news["certificates"]])
        news["records"].append({"accepted_at": int(time.time()), "log_index": index, **entry})
        news["rows"].extend(rows)
        self.claim_head(vault)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/")
        if request.method == "POST":
            return self._post(path, request)
        if path.endswith("/news"):
            since = int(request.url.params["since"])
            whole = self.answers[path]
            return httpx.Response(200, json={**whole, "records": whole["records"][since:]})
        answer = self.answers.get(path)
        if isinstance(answer, bytes):
            return httpx.Response(200, stream=httpx.ByteStream(answer))
        if answer is None:
            return httpx.Response(404, json={"code": "not_found", "message": path})
        return httpx.Response(200, json=answer, headers={"Set-Cookie": "siegel_csrf=x; Path=/"})

    def _post(self, path: str, request: httpx.Request) -> httpx.Response:
        body = request.read()
        if path == "uploads":
            self.sent.append((path, body))
            headers = {"Location": f"/api/uploads/{new_id()}", "Upload-Offset": str(len(body))}
            return httpx.Response(201, headers=headers)
        if path == "uploads/small":
            self.sent.append((path, body))
            many = request.headers["Upload-Lengths"].split(",")
            return httpx.Response(201, json={"uploads": [new_id() for _ in many]})
        value = json.loads(body)
        self.sent.append((path, value))
        return httpx.Response(200, json=(self.rules.get(path) or self._honestly(path))(value))

    def _honestly(self, path: str) -> Callable[[Json], Json]:
        vault = path.split("/")[1] if path.startswith("vaults/") else ""
        match path.rpartition("/")[2]:
            case "challenge":
                return lambda _: {"firm": self.honest.firm, "nonce": new_id()}
            case "key":
                return lambda _: self.answers["session"]
            case "check":
                return lambda body: {"results": [self.judged(one) for one in body["uploads"]]}
            case "records" | "commit":
                return lambda body: self.accept(vault, body)
        return lambda _: copy.deepcopy(self.answers.get(path, {}))

    def accept(self, vault: str, body: Json) -> Json:
        """Takes a record in, unchecked."""
        entry = {name: body[name] for name in ("record", "roster", "epoch", "previous_seed") if body.get(name)}
        if files := body.get("files"):
            entry["manifests"] = [file["manifest"] for file in files]
        self.add_entry(vault, entry, *body.get("rows", []))
        news = self.news(vault)
        news["due"] = news["due"] and "epoch" not in entry
        number = 1 + sum("epoch" in one for one in news["records"][:-1])
        news["wraps"] += [{"epoch": number, **wrap} for wrap in body.get("wraps", []) if wrap["key"] == self.kid]
        return {"seq": news["seq"], "head": news["head"]}

    def judged(self, item: Json, **said: str | None) -> Json:
        """The scanner's honest word on one upload; `said` into the verdict."""
        verdict = sign_verdict(
            self.honest.scanner,
            **{
                "firm": self.honest.firm,
                "payload_hash": item["payload_hash"],
                "commitment": item["commitment"],
                "result": "clean",
                "reason": None,
                "engine": "test",
                "database": "1",
                **said,
            },
            now=int(time.time()),
        )
        return {"upload": item["upload"], "verdict": verdict.to_wire(), "code": None, "message": None}

    def _scanner_key(self) -> Signed:
        recipient = HybridIdentity.generate().recipient().encode()
        return announce_scanner_key(self.honest.scanner, self.honest.firm, recipient, now=int(time.time()))


@dataclass
class Device:
    """A person's computer: what the agent remembers lies in `home` and outlives servers."""

    honest: Honest
    who: str
    home: Home

    def account(self, server: httpx.BaseTransport) -> Account:
        api = Api(ORIGIN, transport=server, pauses_s=())
        return sign_in(api, self.honest.key_files[self.who])[0]

    def open(self, server: httpx.BaseTransport, vault: str | None = None) -> OpenVault:
        return open_by_id(self.account(server), self.home, vault or self.honest.books)

    def server(self) -> HostileServer:
        return HostileServer(self.honest, self.who)


def device(honest: Honest, who: str, folder: Path) -> Device:
    return Device(honest, who, Home(folder / who))


def refusal(work: Callable[[], object]) -> str:
    """The code of the error by which the client refuses; no error fails the test."""
    with pytest.raises((SealError, AgentError)) as refused:
        work()
    error = refused.value
    assert isinstance(error, SealError | AgentError)
    return error.code


def flipped(text: str) -> str:
    """b64 with one bit of the middle byte turned."""
    raw = bytearray(unb64(text))
    raw[len(raw) // 2] ^= 1
    return b64(bytes(raw))


def entity_named(vault: OpenVault, *path: str) -> Entity:
    found = vault.find(path)
    assert found is not None
    return found
