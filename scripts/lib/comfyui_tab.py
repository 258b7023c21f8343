#!/usr/bin/env python3
"""Uses the node pack's tab and menu entries in ComfyUI's page, in headless Chromium. Errors on the page's console that name the pack fail.

  comfyui_tab.py ADDRESS RECIPE PICTURES --mount DIR --reprofs PROGRAM --chromium PROGRAM
"""
import argparse
import json
import os
import subprocess
import sys

from playwright.sync_api import sync_playwright

parser = argparse.ArgumentParser()
for name in ("address", "recipe", "pictures"):
    parser.add_argument(name)
for name in ("--mount", "--reprofs", "--chromium"):
    parser.add_argument(name, required=True)
args = parser.parse_args()
with open(args.recipe) as file:
    recipe = json.load(file)
errors = []


def check(what, found):
    print("  ok:" if found else "  FAILED:", what, flush=True)
    if not found:
        raise AssertionError(what)


def picture(name):
    page.screenshot(path=os.path.join(args.pictures, name + ".png"))


def menu_of_save_image():
    """Opens the menu of the node that saves, at its title, and returns the entries of ReproFS."""
    x, y = page.evaluate("""() => {
        const node = app.graph._nodes.find((one) => one.comfyClass === "SaveImage");
        app.canvas.deselectAll?.();
        const box = app.canvas.canvas.getBoundingClientRect();
        const [x, y] = app.canvas.ds.convertOffsetToCanvas([node.pos[0] + 60, node.pos[1] - 12]);
        return [box.left + x, box.top + y];
    }""")
    page.mouse.click(x, y, button="right")
    entries = page.get_by_text("ReproFS: ")
    entries.first.wait_for(timeout=10000)
    return entries


def press(name):
    page.locator("dialog.reprofs-dialog").get_by_role("button", name=name, exact=True).click()


def await_run(what):
    page.locator(".reprofs").get_by_text(what).wait_for(timeout=40000)


def use(tab):
    print("1. The tab")
    page.evaluate("(graph) => app.loadApiJson(graph, 'recipe')", recipe["prompt"])
    page.evaluate("() => app.canvas.centerOnNode(app.graph._nodes.find((one) => one.comfyClass === 'SaveImage'))")
    page.evaluate("() => app.extensionManager.sidebarTab.toggleSidebarTab('reprofs')")
    tab.get_by_text("Recorded at").wait_for(timeout=30000)
    check("names the mount that it records to", args.mount in tab.inner_text())
    rows = tab.locator("li")
    check("lists the image with its grade, by shape and word", rows.count() == 1 and "● full" in rows.first.inner_text())
    check("shows its thumbnail", rows.first.locator("img").evaluate("(image) => image.decode().then(() => image.naturalWidth > 0)"))

    print("2. A new image appears by itself")
    page.evaluate("""() => {
        app.graph._nodes.find((one) => one.comfyClass === "KSampler").widgets.find((one) => one.name === "seed").value = 43;
        app.queuePrompt(0, 1);
    }""")
    page.wait_for_function("() => document.querySelectorAll('.reprofs li').length === 2", timeout=60000)
    tab.get_by_text("● full").nth(1).wait_for(timeout=30000)
    page.wait_for_function("() => app.graph._nodes.find((one) => one.comfyClass === 'SaveImage').imgs?.length", timeout=60000)
    picture("comfyui-tab")

    print("3. Menu entries of an image node")
    texts = menu_of_save_image().all_inner_texts()
    picture("comfyui-menu")
    check("are three", [text.strip() for text in texts] == [
        "ReproFS: Show recipe", "ReproFS: Reproduce…", "ReproFS: Vary the seed ×4…"])
    page.get_by_text("ReproFS: Show recipe").click()
    dialog = page.locator("dialog.reprofs-dialog")
    dialog.wait_for(timeout=30000)
    check("show the recipe", "checkpoints/model.safetensors" in dialog.inner_text())
    picture("comfyui-recipe")
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")

    print("4. Reproduce")
    menu_of_save_image()
    page.get_by_text("ReproFS: Reproduce…").click()
    dialog.wait_for(timeout=30000)
    check("asks first", "This runs the nodes of its graph" in dialog.inner_text())
    press("Cancel")
    dialog.wait_for(state="detached")
    check("does nothing where it is cancelled", page.evaluate("() => fetch('/reprofs/run').then((one) => one.json())")["kind"] is None)
    menu_of_save_image()
    page.get_by_text("ReproFS: Reproduce…").click()
    press("Reproduce")
    await_run("It is done.")
    tab.get_by_text("✔ verified").first.wait_for(timeout=30000)
    check("ends with the same pixels, and the tab says so", "verified" in tab.inner_text())
    picture("comfyui-verified")

    print("5. Vary the seed")
    menu_of_save_image()
    page.get_by_text("ReproFS: Vary the seed ×4…").click()
    press("Vary")
    tab.get_by_text("Varying ").first.wait_for(timeout=30000)
    await_run("It is done.")
    page.wait_for_function("() => document.querySelectorAll('.reprofs li').length >= 6", timeout=60000)
    check("gives four more images", rows.count() >= 6)

    print("6. The mount is away")
    subprocess.run([args.reprofs, "unmount", args.mount], check=True, stdout=subprocess.DEVNULL)
    tab.get_by_role("button", name="Refresh the list").click()
    tab.get_by_text("ReproFS is not mounted").wait_for(timeout=30000)
    check("is said, with what to do", "reprofs mount" in tab.inner_text())
    check("and no image is said to be unrecorded", "not recorded" not in tab.inner_text() and "? unknown" in tab.inner_text())
    picture("comfyui-away")
    own = [text for text in errors if "reprofs" in text.lower()]
    check("and nothing of the pack failed on the page", not own)


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=args.chromium, args=["--no-sandbox"])
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(args.address)
    page.wait_for_function("() => window.app?.graph && window.app.extensionManager", timeout=120000)
    page.wait_for_timeout(3000)
    for _ in range(5):
        page.keyboard.press("Escape")
        page.wait_for_timeout(200)
    try:
        use(page.locator(".reprofs"))
    except Exception:
        page.screenshot(path=os.path.join(args.pictures, "failed.png"))
        print("\n".join(errors), file=sys.stderr)
        raise
    browser.close()
