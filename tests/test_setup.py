"""Does a fresh machine start without a question, without talking to anyone, and with what we tested?"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))


def test_the_server_asks_nothing_and_listens_to_this_machine_alone():
    assert CONFIG["server"]["showEmailPrompt"] is False
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert CONFIG["browser"]["gatherUsageStats"] is False


def test_the_server_spends_no_time_between_runs():
    assert CONFIG["runner"]["postScriptGC"] is False
    assert CONFIG["runner"]["magicEnabled"] is False
    assert any(line.startswith("uvloop") for line in PROJECT["project"]["dependencies"])


def test_every_version_is_pinned():
    pins = PROJECT["tool"]["uv"]["constraint-dependencies"]
    assert len(pins) > 80
    assert all(re.fullmatch(r"[a-z0-9.-]+==[0-9][^ ]*", pin) for pin in pins)
    named = dict(pin.split("==") for pin in pins)
    direct = list(PROJECT["project"]["dependencies"])
    direct += [line for group in PROJECT["dependency-groups"].values() for line in group]
    for line in direct:
        name, version = re.split(r"==", line.split(";")[0].strip())
        assert named[re.sub(r"\[.*\]", "", name)] == version, line


def test_the_lock_that_is_installed_holds_no_other_version():
    lock = ROOT / "uv.lock"
    if not lock.exists():
        # The lock is made by `uv run`; without it there is nothing that could differ.
        assert "uv.lock" in (ROOT / ".gitignore").read_text("utf-8")
        return
    named = dict(pin.split("==") for pin in PROJECT["tool"]["uv"]["constraint-dependencies"])
    rows = [row for row in tomllib.loads(lock.read_text("utf-8"))["package"] if row["name"] != "crm-lab"]
    assert len(rows) > 80
    assert not [row["name"] for row in rows if named.get(row["name"]) != row["version"]]


def test_the_front_door_is_in_the_readme():
    readme = (ROOT / "README.md").read_text("utf-8")
    for command in ("pip install uv && uv run streamlit run app.py", "uv run pytest"):
        assert command in readme
