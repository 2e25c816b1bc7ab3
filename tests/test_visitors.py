"""The server's additions to a page: one cookie for each learner, and the truth about its language."""

import asyncio
import gzip
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from classroom.visitors import COOKIE, LearnerCookie, PageLanguage, language_of, valid_learner

ROOT = Path(__file__).parent.parent
PAGE = '<!DOCTYPE html>\n<html lang="en">\n<body>错 <pre><html lang="en"></pre></body></html>\n'
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-encoding": "gzip, br"}
GIVEN = re.compile(COOKIE + r"=([0-9a-f]{32}); HttpOnly; Max-Age=(\d+); Path=/; SameSite=Lax")
SCRIPT = """
import streamlit as st
from starlette.middleware import Middleware
from classroom.visitors import LearnerCookie, PageLanguage
app = st.App(__file__, middleware=[Middleware(PageLanguage), Middleware(LearnerCookie)])
"""


class Browser:
    """A browser with a memory for cookies, without a network."""

    def __init__(self, site):
        self.site = site
        self.cookies = httpx.Cookies()

    def request(self, method, url, *, headers=None, params=None):
        async def answered():
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(self.site),
                base_url="http://crm.test",
                headers=BROWSER,
                cookies=self.cookies,
            ) as client:
                answer = await client.request(method, url, headers=headers, params=params)
                self.cookies = client.cookies
                return answer

        return asyncio.run(answered())

    def get(self, url, **more):
        return self.request("GET", url, **more)


@pytest.fixture(params=[(PageLanguage, LearnerCookie), (LearnerCookie, PageLanguage)], ids=["pc", "cp"])
def client(request, tmp_path):
    """A small site, served as Streamlit does: files with validators, compressed on the way out."""
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "app.js").write_text('const page = `<html lang="en">`')

    async def streamed(_):
        async def parts():
            for at in range(0, len(PAGE), 7):
                yield PAGE[at : at + 7].encode()

        return StreamingResponse(parts(), media_type="text/html")

    async def precompressed(_):
        return Response(
            gzip.compress(PAGE.encode()), headers={"content-encoding": "gzip"}, media_type="text/html"
        )

    site = Starlette(
        routes=[
            Route("/healthz", lambda _: PlainTextResponse("ok")),
            Route("/file", lambda _: FileResponse(tmp_path / "index.html"), methods=["GET", "POST"]),
            Route("/missing", lambda _: HTMLResponse(PAGE, 404)),
            Route("/report", lambda _: FileResponse(tmp_path / "index.html", filename="report.html")),
            Route("/streamed", streamed),
            Route("/precompressed", precompressed),
            Mount("/static", StaticFiles(directory=tmp_path)),
            Mount("/", StaticFiles(directory=tmp_path, html=True)),
        ],
        middleware=[*map(Middleware, request.param), Middleware(GZipMiddleware, minimum_size=10)],
    )
    return Browser(site)


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [
        ("", "", "en"),
        ("", "*", "en"),
        ("", "fr-FR,de;q=0.5", "en"),
        # What browsers send in Taiwan, Hong Kong, China; and an English one whose user also reads Chinese.
        ("", "zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", "zh-Hant"),
        ("", "zh-HK,zh;q=0.9", "zh-Hant"),
        ("", "zh-MO", "zh-Hant"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("", "zh-Hant-TW", "zh-Hant"),
        ("", "zh-hans-hk", "zh-Hans"),
        ("", "zh-SG", "zh-Hans"),
        ("", "zh", "zh-Hans"),
        ("", "en-GB,en;q=0.9,zh-TW;q=0.8", "en"),
        ("", "en;q=0.3, zh-TW;q=0.8", "zh-Hant"),
        ("", "zh;q=0, en", "en"),
        ("", "fr, zh-TW;q=0.2", "zh-Hant"),
        ("", "zh;q=9.9.9;;;=,,\x00\xff", "en"),
        ("lang=en", "zh-CN", "en"),
        ("lang=zh-Hans", "en", "zh-Hans"),
        ("?lang=zh-Hant&stage=2", "en", "zh-Hant"),
        ("stage=2&lang=en&lang=zh-Hant", "en", "zh-Hant"),
        ("lang=", "zh-CN", "zh-Hans"),
        ("lang=klingon", "zh-CN", "zh-Hans"),
        ("lang=%E4%BD%A0%ff&&;=", "zh-TW", "zh-Hant"),
        ('lang="><script>', "", "en"),
    ],
)
def test_language_of(query, accept, language):
    assert language_of(query, accept) == language


@pytest.mark.parametrize(
    "value",
    [None, "", "me", "A" * 32, "0" * 31, "0" * 33, "0" * 32 + "\n", "０" * 32, "g" * 32, " " + "0" * 32],
)
def test_a_malformed_id_is_no_learner(value):
    assert valid_learner(value) is None


@pytest.mark.parametrize("path", ["/", "/file", "/streamed", "/?lang=zh-Hans", "/precompressed"])
def test_a_new_visitor_gets_a_cookie_with_the_page(client, path):
    given = GIVEN.fullmatch(client.get(path).headers["set-cookie"])
    assert given
    assert valid_learner(given[1])
    assert int(given[2]) == 63_072_000
    # The client now sends it back, and keeps it.
    assert "set-cookie" not in client.get(path).headers
    client.cookies.clear()
    another = GIVEN.fullmatch(client.get(path).headers["set-cookie"])
    assert another
    assert another[1] != given[1]


@pytest.mark.parametrize("cookie", ["", "me", "0" * 33, '"><script>'])
def test_a_malformed_cookie_is_replaced(client, cookie):
    answer = client.get("/", headers={"cookie": f"other=1; {COOKIE}={cookie}"})
    assert GIVEN.fullmatch(answer.headers["set-cookie"])


def test_only_https_gets_a_secure_cookie(client):
    assert client.get("https://crm.test/").headers["set-cookie"].endswith("; Secure")


@pytest.mark.parametrize(
    "path", ["/healthz", "/static/app.js", "/static/index.html", "/app.js", "/missing", "/report"]
)
def test_what_is_no_page_passes_untouched(client, path):
    answer = client.get(path, headers={"accept-language": "zh-CN"})
    assert "set-cookie" not in answer.headers
    assert 'lang="zh' not in answer.text
    if path.startswith("/static"):
        assert answer.headers["content-encoding"] == "gzip"
        assert client.get(path, headers={"if-none-match": answer.headers["etag"]}).status_code == 304


def test_a_form_sent_passes_untouched(client):
    answer = client.request("POST", "/file", headers={"accept-language": "zh-CN"})
    assert answer.text == PAGE
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("middleware", [LearnerCookie, PageLanguage])
@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
def test_a_socket_passes_untouched(middleware, kind):
    seen = []

    async def app(*call):
        seen.append(call)

    call = ({"type": kind, "path": "/", "headers": []}, object(), object())
    asyncio.run(middleware(app)(*call))
    assert seen[0][0] is call[0]
    assert seen[0][1:] == call[1:]


@pytest.mark.parametrize("path", ["/", "/file", "/streamed"])
@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_the_page_says_its_language(client, path, language):
    answer = client.get(path, params={"lang": language})
    assert answer.status_code == 200
    assert answer.text == PAGE.replace('lang="en"', f'lang="{language}"', 1)
    assert int(answer.headers["content-length"]) == len(answer.content) == len(answer.text.encode())


def test_without_a_choice_the_browsers_language_is_taken(client):
    answer = client.get("/", headers={"accept-language": "zh-TW,zh;q=0.9"})
    assert '<html lang="zh-Hant">' in answer.text
    assert "Accept-Language" in answer.headers["vary"]


def test_a_cached_page_is_never_taken_for_the_other_language(client):
    """The file's own validators hold for one language only."""
    plain = Browser(Starlette(routes=client.site.routes)).get("/file").headers
    assert plain["etag"]
    for method in ("GET", "HEAD"):
        answer = client.request(method, "/file")
        assert answer.headers["cache-control"] == "private, no-cache"
        assert "etag" not in answer.headers
        assert "last-modified" not in answer.headers
    for condition in (
        {"if-none-match": plain["etag"]},
        {"if-modified-since": plain["last-modified"]},
        {"range": "bytes=0-9"},
    ):
        answer = client.get("/file?lang=zh-Hant", headers=condition)
        assert answer.status_code == 200
        assert '<html lang="zh-Hant">' in answer.text


def test_a_head_request_tells_no_wrong_length(client):
    answer = client.request("HEAD", "/?lang=zh-Hant")
    assert answer.status_code == 200
    assert answer.content == b""
    assert "content-length" not in answer.headers


def test_a_compressed_page_is_left_as_it_is(client):
    assert client.get("/precompressed?lang=zh-Hant").text == PAGE
    # A program that does not ask for a page gets what the site compresses by itself.
    assert client.get("/file?lang=zh-Hant", headers={"accept": "*/*"}).text == PAGE


def test_streamlit_serves_its_page_so(tmp_path):
    """The real server: first page, a topic's address, a script, the health route."""
    (tmp_path / "two_lines.py").write_text(SCRIPT)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "server.address": "127.0.0.1",
        "server.port": port,
        "server.headless": "true",
        "server.showEmailPrompt": "false",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "streamlit", "run", str(tmp_path / "two_lines.py"), *arguments]
    with open(tmp_path / "log", "wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=BROWSER, trust_env=False) as browser:
            until = time.monotonic() + 60
            while True:
                try:
                    assert browser.get("/_stcore/health").text == "ok"
                    break
                except httpx.TransportError:
                    assert server.poll() is None, (tmp_path / "log").read_text()
                    assert time.monotonic() < until, (tmp_path / "log").read_text()
                    time.sleep(0.1)
            assert COOKIE not in browser.cookies
            first = browser.get("/", headers={"accept-language": "zh-CN"})
            assert first.text.count('<html lang="zh-Hans">') == 1
            assert valid_learner(browser.cookies[COOKIE])
            topic = browser.get("/rfm?lang=zh-Hant")
            assert topic.text.count('<html lang="zh-Hant">') == 1
            assert COOKIE not in topic.headers.get("set-cookie", "")
            assert browser.head("/").status_code == 200
            script = re.search(r'src="\./(static/js/[^"]+)"', first.text)
            assert script
            answer = browser.get(f"/{script[1]}")
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
    finally:
        server.kill()
        server.wait()
