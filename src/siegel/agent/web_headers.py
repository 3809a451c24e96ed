"""The headers with which Chromium fetches a page and what the page loads, in its order: none of them is ours.

As Chromium 156 was seen to send them over HTTP/1.1. Another browser's name goes with what all browsers send.
"""

import re

import httpx

# Nobody replaces a script for a program called siegel.
USER_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
)
LANGUAGE = "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7"
ENCODINGS = "gzip, deflate, br, zstd"
_DOCUMENT = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
_IMAGE = "image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
_IMAGES = ("png", "svg", "ico", "webp", "jpg")
_CHROME = re.compile(r"Chrome/([0-9]{1,4})\.")

Headers = list[tuple[str, str]]


def of_page(user_agent: str) -> Headers:
    """For the address that somebody typed."""
    return [
        ("Connection", "keep-alive"),
        *_brands(user_agent),
        ("Upgrade-Insecure-Requests", "1"),
        ("User-Agent", user_agent),
        ("Accept", _DOCUMENT),
        *_fetch("none", "navigate", "document"),
        ("Accept-Encoding", ENCODINGS),
        ("Accept-Language", LANGUAGE),
    ]


def of_file(path: str, user_agent: str, *, origin: str, page: str) -> Headers:
    """For what the page at this address loads, by the kind that the file's name tells."""
    accept, mode, destination = _kind(path)
    brands = dict(_brands(user_agent))
    # Chromium's own order: of the three brands' headers one stands first.
    first = {name: brands.pop(name) for name in ("sec-ch-ua-platform",) if name in brands}
    return [
        ("Connection", "keep-alive"),
        *([("Origin", origin)] if mode == "cors" and destination != "manifest" else []),
        *first.items(),
        ("User-Agent", user_agent),
        *((name, text) for name, text in brands.items() if name == "sec-ch-ua"),
        *((name, text) for name, text in brands.items() if name != "sec-ch-ua"),
        ("Accept", accept),
        *_fetch("same-origin", mode, destination),
        ("Referer", page),
        ("Accept-Encoding", ENCODINGS),
        ("Accept-Language", LANGUAGE),
    ]


def request(browser: httpx.Client, path: str, headers: Headers) -> httpx.Request:
    """With the cookies that the page set, and nothing that the library would add."""
    made = httpx.Request("GET", browser.base_url.join(path), headers=headers)
    browser.cookies.set_cookie_header(made)
    return made


def _brands(user_agent: str) -> Headers:
    """What Chrome says of itself besides its name: the order of the brands goes with the version."""
    found = _CHROME.search(user_agent)
    if found is None:
        return []
    platform = next((name for name in ("Windows", "Mac", "Android") if name in user_agent), "Linux")
    return [
        ("sec-ch-ua", f'"Not:A-Brand";v="8", "Chromium";v="{found[1]}", "Google Chrome";v="{found[1]}"'),
        ("sec-ch-ua-mobile", "?1" if "Mobile" in user_agent else "?0"),
        ("sec-ch-ua-platform", f'"{"macOS" if platform == "Mac" else platform}"'),
    ]


def _fetch(site: str, mode: str, destination: str) -> Headers:
    user = [("Sec-Fetch-User", "?1")] if mode == "navigate" else []
    return [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), *user, ("Sec-Fetch-Dest", destination)]


def _kind(path: str) -> tuple[str, str, str]:
    """Accept, mode and destination."""
    ending = path.rpartition(".")[2].lower()
    if ending == "css":
        return "text/css,*/*;q=0.1", "no-cors", "style"
    if ending in _IMAGES:
        return _IMAGE, "no-cors", "image"
    if ending in ("js", "mjs"):  # those of the bundle are modules
        return "*/*", "cors" if "/bundle/" in path else "no-cors", "script"
    if ending in ("woff2", "woff", "ttf"):
        return "*/*", "cors", "font"
    return "*/*", "cors", "manifest" if ending == "webmanifest" else "empty"
