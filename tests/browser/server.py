"""How does a test get the app and a browser?  Started here, ended here, on this machine alone."""

from __future__ import annotations

import itertools
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
from typing import Any

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

# Streamlit's own sign "notRunning" is also true between a key press and the run that it asks for. So the wire is read:
# a run that was asked for (field 11 of what is sent) begins (field 4 of what comes back) and ends (field 6, whose
# value 2 says that it was cut short by another run).
WATCH = r"""(() => {
  const runs = window.crmRuns = {due: 'nothing', moves: 0};
  const fields = bytes => {
    const found = {};
    let at = 0;
    const number = () => {
      let value = 0, scale = 1, byte;
      do { byte = bytes[at++]; value += (byte & 127) * scale; scale *= 128; } while (byte & 128);
      return value;
    };
    while (at < bytes.length) {
      const tag = number(), kind = tag % 8;
      found[(tag - kind) / 8] = kind === 0 ? number() : true;
      if (kind === 2) { const length = number(); at += length; }
      else if (kind === 1) at += 8;
      else if (kind === 5) at += 4;
    }
    return found;
  };
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    constructor(...all) {
      super(...all);
      this.addEventListener('message', ({data}) => {
        if (!(data instanceof ArrayBuffer)) return;
        const said = fields(new Uint8Array(data));
        runs.moves += 1;
        if (4 in said) runs.due = 'its end';
        if (6 in said && runs.due === 'its end') runs.due = said[6] === 2 ? 'a new run' : 'nothing';
      });
    }
    send(data) {
      if (data instanceof Uint8Array && 11 in fields(data)) { runs.due = 'a run'; runs.moves += 1; }
      super.send(data);
    }
  };
})()"""
PATIENCE_SECONDS = 120  # a loaded machine is slow, not broken
WAITS = itertools.count()
LOOKS, BETWEEN_LOOKS = 6, 40  # of how many milliseconds
# What stands in the way of rest, in words: a run, a part whose drawing code or letters are still fetched, a transition.
UNREST = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  const runs = window.crmRuns || {due: 'nothing'};
  const moving = document.getAnimations().filter(one =>
    one.playState === 'running' && isFinite(one.effect.getComputedTiming().endTime));
  return [
    document.readyState !== 'complete' && 'the document is loading',
    !app && 'no app is there',
    app && app.dataset.testScriptState !== 'notRunning' && `the script is ${app.dataset.testScriptState}`,
    runs.due !== 'nothing' && `${runs.due} is due`,
    document.querySelector('[data-testid^=stSkeleton], [data-testid=stAppSkeleton]') && 'a part is not drawn yet',
    document.fonts.status !== 'loaded' && 'letters are loading',
    moving.length && 'something moves',
  ].filter(reason => reason);
}"""
AT_REST = f"""wait => {{
  const moves = window.crmRuns?.moves;
  const kept = window.crmRest?.wait === wait ? window.crmRest : (window.crmRest = {{wait, looks: 0, moves}});
  const calm = kept.moves === moves && !({UNREST})().length;
  kept.moves = moves;
  kept.looks = calm ? kept.looks + 1 : 0;
  return kept.looks >= {LOOKS};
}}"""


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


def _wait(url: str, process: subprocess.Popen, log: Path, *, seconds: float = 300) -> None:
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


def watch(context: Any) -> None:
    """Let `settle` know, on every page of this context, which runs were asked for and which have ended."""
    context.add_init_script(WATCH)


def settle(page: Any, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until the page stands: every run that was asked for has ended, and all it sent is drawn.

    What was pressed a moment ago has not reached the server yet, so one look is not enough: the page has to be found
    at rest several times in a row, and between two looks the browser does whatever else is waiting.
    """
    from playwright.sync_api import TimeoutError

    try:
        page.wait_for_function(AT_REST, arg=next(WAITS), polling=BETWEEN_LOOKS, timeout=seconds * 1000)
    except TimeoutError as late:
        raise AssertionError(f"The page did not come to rest: {page.evaluate(UNREST)}") from late
