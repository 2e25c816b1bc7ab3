"""Who is asking, and in which language?  What the server adds to a page before any script of ours runs.

Three plain ASGI middlewares, `PageLanguage`, `LearnerCookie` and `PlainAddress`, to be given to the app in any
order. They touch pages only: scripts, fonts, downloads and sockets pass through as they are.
"""

import re
import secrets
from urllib.parse import parse_qs, quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "crm_lab_learner"
TWO_YEARS = 2 * 365 * 24 * 60 * 60
ASSETS = re.compile(r"/(static|media|component|_stcore)/")
# What would bring an answer whose body cannot be changed: compressed, in part, or "not modified".
SHORTCUTS = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range", b"if-range"}
ACCEPTED = re.compile(r"^\s*([A-Za-z]+(?:-[A-Za-z0-9]+)*)\s*(?:;\s*q\s*=\s*([01](?:\.\d*)?)\s*)?$")


def valid_learner(value: str | None) -> str | None:
    """The learner's id if it has the form that `LearnerCookie` gives, else None.

    >>> valid_learner("0123456789abcdef0123456789abcdef")
    '0123456789abcdef0123456789abcdef'
    >>> valid_learner("me") is None
    True
    """
    return value if value is not None and re.fullmatch(r"[0-9a-f]{32}", value) else None


def language_of(query: str, accept: str) -> str:
    """`en`, `zh-Hans` or `zh-Hant`: from `lang` in the URL's query, else from an Accept-Language header.

    >>> language_of("lang=zh-Hant", "en")
    'zh-Hant'
    >>> language_of("", "fr, zh-TW;q=0.8, en;q=0.7")
    'zh-Hant'
    >>> language_of("", "")
    'en'
    """
    tags = [found for part in accept.split(",") if (found := ACCEPTED.match(part))]
    tags = [(tag[1], float(tag[2] or 1)) for tag in tags]
    wished = [tag for tag, weight in sorted(tags, key=lambda pair: -pair[1]) if weight > 0]
    for tag in [*parse_qs(query.removeprefix("?")).get("lang", [])[-1:], *wished]:
        if language := _taught_language(tag):
            return language
    return "en"


def _taught_language(tag: str) -> str | None:
    first, *rest = tag.lower().split("-")
    if first == "en":
        return "en"
    if first != "zh":
        return None
    # A script that is named outweighs the region: zh-Hans-HK is simplified.
    if "hant" in rest or ("hans" not in rest and {"tw", "hk", "mo"} & set(rest)):
        return "zh-Hant"
    return "zh-Hans"


class LearnerCookie:
    """Gives each new visitor a random id, in a cookie that scripts cannot read.

    A request whose cookie is missing or malformed gets a new one with the page.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not _asks_for_page(scope) or valid_learner(HTTPConnection(scope).cookies.get(COOKIE)):
            await self.app(scope, receive, send)
            return
        secure = "; Secure" if scope.get("scheme") == "https" else ""
        limits = f"HttpOnly; Max-Age={TWO_YEARS}; Path=/; SameSite=Lax{secure}"
        cookie = f"{COOKIE}={secrets.token_hex(16)}; {limits}"

        async def send_with_cookie(message: Message) -> None:
            if _is_page(message):
                headers = MutableHeaders(scope=message)
                headers.append("Set-Cookie", cookie)
                _keep_from_caches(headers)
            await send(message)

        await self.app(_without_shortcuts(scope), receive, send_with_cookie)


class PlainAddress:
    """Sends a reader of /rfm/ or /any/rfm to /rfm: every page stands one level deep.

    Further down, the page would look for its scripts in the wrong folder and stay white.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        app = self.app
        if _asks_for_page(scope) and "text/html" in Headers(scope=scope).get("accept", ""):
            plain = "/" + scope["path"].rstrip("/").rpartition("/")[2]
            if plain != scope["path"]:
                query = scope.get("query_string", b"").decode("latin-1")
                app = RedirectResponse(quote(plain) + (f"?{query}" if query else ""))
        await app(scope, receive, send)


class PageLanguage:
    """Makes `<html lang="…">` of a page tell the truth, so that a screen reader and the fonts follow it."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not _asks_for_page(scope):
            await self.app(scope, receive, send)
            return
        accept = Headers(scope=scope).get("accept-language", "")
        language = language_of(scope.get("query_string", b"").decode("latin-1"), accept)
        start: Message | None = None
        body = b""

        async def send_in_language(message: Message) -> None:
            nonlocal start, body
            if _is_page(message) and "content-encoding" not in Headers(raw=list(message["headers"])):
                start = message
            elif start is None or message["type"] != "http.response.body":
                await send(message)
            else:
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                body = body.replace(b'<html lang="en">', f'<html lang="{language}">'.encode(), 1)
                headers = MutableHeaders(scope=start)
                if scope["method"] == "HEAD":
                    # The length told is that of a body we have not seen.
                    del headers["content-length"]
                else:
                    headers["content-length"] = str(len(body))
                headers.add_vary_header("Accept-Language")
                _keep_from_caches(headers)
                await send(start)
                await send({"type": "http.response.body", "body": body})

        await self.app(_without_shortcuts(scope), receive, send_in_language)


def _asks_for_page(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and not ASSETS.search(scope["path"])


def _is_page(message: Message) -> bool:
    if message["type"] != "http.response.start" or message["status"] != 200:
        return False
    headers = Headers(raw=list(message["headers"]))
    return headers.get("content-type", "").startswith("text/html") and "content-disposition" not in headers


def _without_shortcuts(scope: Scope) -> Scope:
    headers = scope["headers"]
    if "text/html" in Headers(scope=scope).get("accept", ""):
        headers = [pair for pair in headers if pair[0] not in SHORTCUTS]
    # Without extensions the server cannot be asked to send the file by itself, past us.
    return {**scope, "headers": headers, "extensions": {}}


def _keep_from_caches(headers: MutableHeaders) -> None:
    # Two readers get two bodies at one address, so the validators of the file no longer hold.
    headers["cache-control"] = "private, no-cache"
    del headers["etag"]
    del headers["last-modified"]
