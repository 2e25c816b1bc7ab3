"""Who may import whom?  The plan of the house, held by import-linter, and the holes it leaves."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import lessons

ROOT = Path(__file__).parent.parent
ROOMS = ("classroom", "datasets", "exercises", "lessons")
# Where a screen may be drawn.
SCREENS = ("page.py", "more.py", "charts.py")
SCREEN_FOLDERS = ("lessons/frame/", "lessons/screens/", "classroom/screens/")


def modules() -> list[Path]:
    found = [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    assert len(found) > 20, "The rooms look empty; a check that finds nothing checks nothing."
    return found


def imports(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_import_directions_hold():
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


def test_every_folder_with_code_is_a_package():
    """A folder without __init__.py is invisible to the linter."""
    bare = {file.parent for file in modules() if not (file.parent / "__init__.py").exists()}
    assert not bare


def test_packages_of_lessons_import_nothing_on_the_way():
    """What a parent's __init__.py imports, everything below it imports, and the linter does not follow."""
    for file in [*(ROOT / "lessons").glob("*/*/__init__.py"), *(ROOT / "lessons").glob("*/__init__.py")]:
        if file.parent.name not in ("frame",):
            assert not imports(file), f"{file.relative_to(ROOT)} imports {imports(file)}"
    assert not {name for name in imports(ROOT / "lessons" / "__init__.py") if name.split(".")[0] in ROOMS}
    assert not imports(ROOT / "datasets" / "__init__.py")


def test_nothing_imports_the_app():
    """app.py is no package, so the linter cannot see it."""
    assert not [file for file in modules() if "app" in imports(file)]


def test_streamlit_is_drawn_with_in_the_screen_rooms_alone():
    drawn = [
        file
        for file in modules()
        if not file.name.startswith("test_")
        and any(name.split(".")[0] == "streamlit" for name in imports(file))
    ]
    assert len(drawn) >= 8
    for file in drawn:
        place = file.relative_to(ROOT).as_posix()
        assert file.name in SCREENS or place.startswith(SCREEN_FOLDERS), f"{place} imports streamlit"


@pytest.mark.parametrize("name", ["page.py", "model.py"])
def test_sizes_that_feel_right(name):
    most = {"page.py": 200, "model.py": 300}[name]
    files = list((ROOT / "lessons").glob(f"*/*/{name}"))
    assert files
    for file in files:
        lines = len(file.read_text("utf-8").splitlines())
        assert lines <= most, (
            f"{file.relative_to(ROOT)} has {lines} lines; split it into a second plain file."
        )


def test_no_page_imports_the_heavy_libraries_before_its_first_use():
    """A reader of the home page does not wait for a library that fits trees."""
    pages = [f"{topic.module}.page" for topic in lessons.topics()]
    assert len(pages) >= 17
    code = "import importlib, sys\n" + "".join(f"importlib.import_module({page!r})\n" for page in pages)
    code += "import classroom.screens.practice, classroom.screens.progress, lessons.screens.glossary\n"
    code += "print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "lessons.churn.churn_prediction.page" in loaded
    assert not loaded & {"sklearn", "statsmodels", "scipy.optimize", "scipy.stats"}
