"""Is a folder ours to write to, and what does it hold already?

A folder that was begun holds manifest.started.json, one that is complete manifest.json. Both carry a hash of all that
the files depend on; where the hash is another one, the folder is left as it is.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from datasets.world.parts import Plan, is_leftover, renamed

FORMAT = 2  # one more whenever the same plan comes to have other contents or other files
MANIFEST = "manifest.json"
STARTED = "manifest.started.json"


def check(plan: Plan) -> bool:
    """Whether the plan's folder was completed. Raises ValueError when what is in it was not made by this plan."""
    out = plan.out
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out} is a file; name a folder with --out")
    present = {path.name for path in out.iterdir() if not is_leftover(path)} if out.exists() else set()
    ours = present & {MANIFEST, STARTED}
    if present and not ours:
        raise ValueError(f"{out} already holds other files; name a new or an empty folder with --out")
    if any(_hash_in(out / name) != _asked(plan)["hash"] for name in ours):
        raise ValueError(
            f"{out} already holds data made with other arguments; name another folder with --out"
        )
    return ours == {MANIFEST}


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Hold the folder, so that no other process of this machine writes to it; a process that dies lets it go."""
    try:
        import fcntl
        import os
    except ImportError:  # Windows
        yield
        return
    handle = os.open(out, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise ValueError(f"another make is writing to {out}; wait for it, or end it") from None
    except OSError:
        pass  # some shared file systems have no locks; parts made twice do no harm
    try:
        yield
    finally:
        os.close(handle)


def begin(plan: Plan) -> None:
    """Say what will be in the folder, and that it is not all there yet."""
    _write(plan.out / STARTED, _asked(plan))
    (plan.out / MANIFEST).unlink(missing_ok=True)
    for name in plan.tables:
        (plan.out / name).mkdir(exist_ok=True)


def finish(plan: Plan, rows: dict[str, int]) -> None:
    """Say that the folder is complete."""
    _write(plan.out / MANIFEST, {**_asked(plan), "rows": rows})
    (plan.out / STARTED).unlink()


def sweep(plan: Plan) -> None:
    """Remove what killed processes left half written."""
    for folder in (plan.out, *(plan.out / name for name in plan.tables)):
        for path in folder.iterdir() if folder.is_dir() else ():
            if is_leftover(path):
                path.unlink(missing_ok=True)


def _asked(plan: Plan) -> dict[str, Any]:
    """All that the contents and the files depend on, and a hash of it."""
    company = asdict(plan.company)
    company.pop("bands", None)  # what is expected of the figures changes no figure
    asked = {
        "format": FORMAT,
        "scenario": plan.scenario.name,
        "textbook": plan.textbook,
        "weeks": plan.lived_weeks,
        "customers": plan.customers,
        "seed": plan.seed,
        "parts": plan.parts,
        "tables": list(plan.tables),
    }
    text = json.dumps({**asked, "company": company}, sort_keys=True, default=_plain)
    return {**asked, "hash": hashlib.sha256(text.encode()).hexdigest()}


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _hash_in(manifest: Path) -> str | None:
    """The hash in a manifest, None when it cannot be read."""
    try:
        return json.loads(manifest.read_text(encoding="utf-8")).get("hash")
    except (ValueError, AttributeError):
        return None


def _write(path: Path, content: dict[str, Any]) -> None:
    with renamed(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
