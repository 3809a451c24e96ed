"""Nothing goes wrong unseen: console, page errors, content security policy, refused and failed requests."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Frame, Page, Request, Response

VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""
# A page that is left gives up what it was loading.
LEFT = "net::ERR_ABORTED"
# Chromium's own line about a response; the response itself is judged.
LOADING = "Failed to load resource"
# Two pages of a person may write it at once: the slower one is told so, takes the other's record and writes again.
SELF_RECORD = "/api/account/self"


class Watch:
    """Collects what went wrong in the browser contexts of a test; `expect` names what a journey provokes."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._expected: list[re.Pattern[str]] = []
        # Pages that were too slow once and have not written since, and whether anything came through after that.
        self._slower: dict[Page, bool] = {}

    def follow(self, context: BrowserContext) -> None:
        context.add_init_script(VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note(f"page error: {error.error}"))
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def expect(self, pattern: str) -> None:
        """Problems that match `pattern` (a regular expression) belong to the journey, from now on."""
        self._expected.append(re.compile(pattern))

    def require_nothing(self) -> None:
        if not all(self._slower.values()):
            self._note("the self-record was refused, and the page took it for an answer")
        assert not self.problems, "\n".join(self.problems)

    def _note(self, problem: str) -> None:
        if not any(pattern.search(problem) for pattern in self._expected):
            self.problems.append(problem)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(LOADING):
            self._note(f"console {message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self._note(f"failed: {request.method} {request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        request = response.request
        if request.url.endswith(SELF_RECORD) and self._is_in_turn(request, response.status):
            return
        if response.status >= 400:
            self._note(f"{response.status}: {request.method} {response.url}")

    def _is_in_turn(self, request: Request, status: int) -> bool:
        """Keeps what a page hears of the self-record; true for the first refusal since it last wrote."""
        page = request.frame.page
        if status == 409 and page not in self._slower:
            self._slower[page] = False
            # Whoever leaves the page need not write any more.
            page.on("framenavigated", self._left)
            return True
        if status < 400 and page in self._slower:
            self._slower[page] = True
            if request.method == "POST":
                del self._slower[page]
        return False

    def _left(self, frame: Frame) -> None:
        if frame.parent_frame is None:
            self._slower.pop(frame.page, None)
