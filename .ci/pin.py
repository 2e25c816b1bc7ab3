"""Which versions are installed?  Writes every version in uv.lock into pyproject.toml, hosts left out.

Run it after changing a dependency: `uv lock --upgrade && uv run python .ci/pin.py`.
"""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def pins() -> list[str]:
    """Return name==version for every package in uv.lock but the project itself."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    return sorted(f"{row['name']}=={row['version']}" for row in lock["package"] if row["name"] != "crm-lab")


def main() -> None:
    """Rewrite the list in pyproject.toml."""
    file = ROOT / "pyproject.toml"
    written = "constraint-dependencies = [\n" + "".join(f'    "{pin}",\n' for pin in pins()) + "]\n"
    text = re.sub(
        r"constraint-dependencies = \[\n.*?\n\]\n", written, file.read_text("utf-8"), flags=re.DOTALL
    )
    draft = file.with_suffix(".toml.new")
    draft.write_text(text, "utf-8")
    draft.replace(file)


if __name__ == "__main__":
    main()
