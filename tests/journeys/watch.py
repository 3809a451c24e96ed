"""Nothing goes wrong unseen: console, page errors, content security policy, refused and failed requests."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response

VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""
# A page that is left gives up what it was loading.
LEFT = "net::ERR_ABORTED"
# Chromium's own line about a response; the response itself is judged.
LOADING = "Failed to load resource"


class Watch:
    """Collects what went wrong in the browser contexts of a test; `expect` names what a journey provokes."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        # Two pages of a person may write his self-record at once: the second takes the first one's and writes again.
        self._expected = [re.compile(r"409: POST \S+/api/account/self$")]

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
        if response.status >= 400:
            self._note(f"{response.status}: {response.request.method} {response.url}")
