#!/usr/bin/env python3
"""How long a gallery takes in headless Chromium until a screen is complete, with its small pictures. Prints JSON: seconds by what was done.

    browser.py ADDRESS CHROMIUM ROUNDS
"""
import json, re, sys, time
from playwright.sync_api import sync_playwright

address, chromium, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
origin = re.match(r"http://[^/]+", address)[0]
# Every cell that is in the view has its image, and every picture has come.
COMPLETE = """() => { const box = document.getElementById('grid')?.getBoundingClientRect();
    const cells = box ? [...document.querySelectorAll('#grid a.cell')].filter((cell) => { const at = cell.getBoundingClientRect();
        return at.bottom > box.top && at.top < box.bottom; }) : [];
    return cells.length > 0 && cells.every((cell) => cell.dataset.id && (cell.querySelector('img')?.complete ?? true)); }"""
# The first image of the view, by its number.
FIRST = """() => { const top = document.getElementById('grid').getBoundingClientRect().top;
    return Math.min(...[...document.querySelectorAll('#grid a.cell')].filter((cell) => cell.getBoundingClientRect().bottom > top)
        .map((cell) => Number(cell.dataset.index))); }"""
seen = {}


def measure(what, work, until=COMPLETE):
    start = time.monotonic()
    work()
    page.wait_for_function(until)
    page.wait_for_function(COMPLETE)
    seen.setdefault(what, []).append(time.monotonic() - start)


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.wait_for_function(COMPLETE)
    for _ in range(rounds):
        # Nothing of it is in the cache of another context but what the browser itself keeps.
        page.close()
        page = context.new_page()
        measure("the first screen", lambda: page.goto(origin + "/"))
        months = page.locator("#rail [data-month]")
        for place in (0.2, 0.9, 0.5):
            name = months.nth(int(months.count() * place)).get_attribute("data-month")
            page.fill("#month", name)
            measure("a jump to a month", lambda: page.press("#month", "Enter"), f"() => ({FIRST})() !== {page.evaluate(FIRST)}")
        page.goto(origin + "/")
        page.wait_for_function(COMPLETE)
        measure("a filter", lambda: page.goto(origin + "/?grade=partial"))
        measure("a word", lambda: page.goto(origin + "/?q=" + page.locator("#grid a.cell").first.get_attribute("aria-label").split()[-1]))
    browser.close()
print(json.dumps(seen))
