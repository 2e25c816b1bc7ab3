"""How does a test get the app and a browser?  Started here, ended here, on this machine alone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Without these a closed network is asked for many things at every start.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Server:
    """A running app: where it listens, its process id, and the folder of its store."""

    url: str
    pid: int
    home: Path


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serve(
    *,
    home: Path,
    script: Path = ROOT / "app.py",
    port: int | None = None,
    options: Sequence[str] = ("--server.headless", "true", "--server.fileWatcherType", "none"),
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run `streamlit run` on the script until the block ends; nobody sits there to answer a question."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    log = home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *options],
            cwd=ROOT,
            env=os.environ | {"CRM_LAB_HOME": str(home)} | dict(environment or {}),
            # A question would wait for an answer that never comes, and the wait below would end in failure.
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, process, log)
            yield Server(url=url, pid=process.pid, home=home)
        finally:
            if process.stdin:
                process.stdin.close()
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(url: str, process: subprocess.Popen, log: Path, *, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The app did not start:\n{log.read_text('utf-8', 'replace')[-3000:]}")


def chromium_path() -> str | None:
    """Return the installed Chromium, or None."""
    named = os.environ.get("CRM_LAB_CHROMIUM")
    return named or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )


@contextmanager
def browser() -> Iterator:
    """Start headless Chromium through Playwright; yields None where there is none."""
    path = chromium_path()
    if path is None:
        yield None
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield running
        running.close()


def settle(page, *, seconds: float = 30) -> None:
    """Wait until the app has drawn its page and runs no more."""
    page.wait_for_selector(
        '[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=seconds * 1000
    )
    page.wait_for_timeout(250)
