"""How does every page look?  Writes a PNG of each page, language and width, for a person to look at.

    uv run python -m tests.pictures [--only rfm] [--dark] [--languages en,zh-Hans] [--out .pictures]

Each topic is taken twice: as a newcomer meets it, and with the prediction locked; of the company's data every tab.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import lessons
from tests.browser.server import browser, serve, settle

WIDTHS = {"wide": (1280, 720), "phone": (390, 844)}


def pages() -> list[str]:
    """Return the path of every page in the app's URLs."""
    listed = ["", "company", "glossary", "progress"]
    for chapter in lessons.chapters():
        if chapter.topics:
            listed += [chapter.name, *(topic.name for topic in chapter.topics)]
    return listed


def take(url: str, out: Path, *, only: str, languages: list[str], dark: bool, stages: bool) -> int:
    """Write the pictures and return how many there are."""
    out.mkdir(parents=True, exist_ok=True)
    topics = {topic.name for topic in lessons.topics()}
    chapters = {one.name: len(one.facts.get("reads", [])) + 2 for one in lessons.chapters()}
    taken = 0
    with browser() as chromium:
        if chromium is None:
            raise SystemExit("No Chromium here: install it, or set CRM_LAB_CHROMIUM to its path.")
        for language in languages:
            for width, (w, h) in WIDTHS.items():
                # One visitor for each set, so that a lock does not show in another's pictures.
                context = chromium.new_context(
                    viewport={"width": w, "height": h}, color_scheme="dark" if dark else "light"
                )
                page = context.new_page()
                for name in pages():
                    if only and only != (name or "home"):
                        continue
                    page.goto(f"{url}/{name}?lang={language}")
                    settle(page)
                    taken += shoot(page, out / f"{name or 'home'}-{language}-{width}-1.png")
                    if name == "company":
                        taken += company(page, out, f"{name}-{language}-{width}")
                    if stages and name in chapters and width == "wide":
                        for stage in range(1, chapters[name] + 1):
                            page.goto(f"{url}/{name}?lang={language}&present=1&stage={stage}")
                            settle(page)
                            page.screenshot(path=out / f"{name}-{language}-stage{stage}.png")
                            taken += 1
                    if name in topics:
                        page.get_by_test_id("stMain").locator('button[kind="primary"]').first.click()
                        page.wait_for_timeout(400)
                        settle(page)
                        page.wait_for_timeout(900)
                        taken += shoot(page, out / f"{name}-{language}-{width}-2.png")
                        if stages and width == "wide":
                            for stage in range(1, 7):
                                page.goto(f"{url}/{name}?lang={language}&present=1&stage={stage}")
                                settle(page)
                                page.wait_for_timeout(700)
                                page.screenshot(path=out / f"{name}-{language}-stage{stage}.png")
                                taken += 1
                context.close()
    return taken


def company(page, out: Path, name: str) -> int:
    """Take the other tabs of the company's data, one question answered, and the truth once it is open."""
    tabs = page.get_by_role("tab")
    for number in range(1, tabs.count()):
        tabs.nth(number).click()
        page.wait_for_timeout(400)
        settle(page)
        run = page.locator(".st-key-company-run button")
        if run.count():
            run.click()
            page.locator(".st-key-company-answer-download-csv").wait_for()
            settle(page)
        shoot(page, out / f"{name}-{number + 1}.png")
    page.locator(".st-key-company-lock button").click()
    page.locator(".st-key-company_truth_chart").wait_for()
    settle(page)
    page.wait_for_timeout(900)
    return tabs.count() - 1 + shoot(page, out / f"{name}-{tabs.count() + 1}.png")


def shoot(page, file: Path) -> int:
    """Take the whole page, however long: the window is made as high as what scrolls in it."""
    size = page.viewport_size
    height = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], min(height + 40, 16000))})
    page.wait_for_timeout(600)
    page.screenshot(path=file)
    page.set_viewport_size(size)
    return 1


def main() -> None:
    """Read the arguments, serve the app, take the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="one page: home, company, a chapter's or a topic's name")
    parser.add_argument("--dark", action="store_true", help="the dark theme")
    parser.add_argument("--stages", action="store_true", help="present mode's stages, too")
    parser.add_argument("--languages", default="en,zh-Hans,zh-Hant", help="codes, with commas")
    parser.add_argument("--out", type=Path, default=Path(".pictures"), help="folder for the PNGs")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, serve(home=Path(home)) as server:
        taken = take(
            server.url,
            given.out,
            only=given.only,
            languages=given.languages.split(","),
            dark=given.dark,
            stages=given.stages,
        )
    print(f"{taken} pictures in {given.out}")


if __name__ == "__main__":
    main()
