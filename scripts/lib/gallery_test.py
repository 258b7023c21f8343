#!/usr/bin/env python3
"""The gallery as people use it. See scripts/gallery-test."""
import argparse
import contextlib
import hashlib
import json
import os
import pathlib
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDTHS = {"phone": (360, 780), "tablet": (768, 1024), "desk": (1400, 900)}
TOOLS = ["full", "ink", "fog", "sea", "moss", "glass", "ember", "paper"]
PROMPTS = ["a lighthouse in the fog, long exposure, {}", "portrait of an old sailor, {} light", "a red cube on {} ground",
           "macro photograph of {} moss", "a city of {} at night, rain", "still life with {} and pears"]


def png(width, height, shade, texts):
    """A PNG of a soft landscape, with text fields as ComfyUI writes them."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    colours = random.Random(shade)
    sky, ground, sun = [[colours.randrange(20, 236) for _ in range(3)] for _ in range(3)]
    at = (colours.randrange(width), colours.randrange(height // 2))
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        far = y / height
        for x in range(width):
            glow = max(0.0, 1 - (((x - at[0]) ** 2 + (y - at[1]) ** 2) ** 0.5) / (width / 3))
            rows += bytes(min(255, int(a * (1 - far) + b * far + c * glow * 0.6)) for a, b, c in zip(sky, ground, sun))
    body = b"".join(chunk(b"tEXt", key.encode() + b"\0" + value.encode()) for key, value in texts.items())
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + body
            + chunk(b"IDAT", zlib.compress(bytes(rows), 1)) + chunk(b"IEND", b""))


def graph(number, checkpoint, lora, prompt):
    nodes = {
        "3": {"class_type": "KSampler", "inputs": {
            "model": ["10" if lora else "4", 0], "seed": 1000 + number, "steps": 20 + number % 9, "cfg": 7.0,
            "sampler_name": "euler" if number % 3 else "dpmpp_2m", "scheduler": "karras", "positive": ["6", 0],
            "negative": ["7", 0], "latent_image": ["5", 0], "denoise": 1.0}},
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": checkpoint}},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 96, "height": 96, "batch_size": 1}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": prompt, "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry, watermark", "clip": ["4", 1]}},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x", "images": ["8", 0]}},
    }
    if lora:
        nodes["10"] = {"class_type": "LoraLoaderModelOnly",
                       "inputs": {"model": ["4", 0], "lora_name": lora, "strength_model": 0.8}}
    return json.dumps(nodes)


def write_image(path, number):
    choose = random.Random(number)
    checkpoint = choose.choice(["dream.safetensors", "photo.safetensors", "gone.safetensors"])
    lora = choose.choice([None, "style/ink.safetensors", "fog.safetensors"])
    prompt = choose.choice(PROMPTS).format(choose.choice(TOOLS))
    if number == 7:
        prompt = "<script>document.title='stolen'</script> " + prompt
    size = choose.choice([(96, 96), (128, 80), (80, 128)])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png(*size, number, {"prompt": graph(number, checkpoint, lora, prompt),
                                         "workflow": json.dumps({"nodes": [], "links": [], "version": 0.4})}))
    when = 1_700_000_000 + number * 86_400 * 3
    os.utime(path, (when, when))


class Run:
    # Images that are made from one of the others, and fold under it.
    folded = 12

    def __init__(self, options, work):
        self.options, self.work = options, work
        self.environment = dict(os.environ, REPROFS_STORE=str(work / "store"))
        self.problems = []

    def reprofs(self, *words):
        subprocess.run([self.options.reprofs, *words], env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def make_store(self):
        models = self.work / "models"
        for name, seed in [("checkpoints/dream.safetensors", 1), ("checkpoints/photo.safetensors", 2),
                           ("loras/style/ink.safetensors", 3)]:
            # The LoRA says that it was trained on what the checkpoint's name holds in the end.
            base = hashlib.sha256(self.model_bytes(9, {})).hexdigest()
            self.write_model(name, seed, {"ss_sd_model_name": "dream", "ss_new_sd_model_hash": base} if seed == 3 else {})
        self.reprofs("init")
        self.reprofs("add", str(models))
        for number in range(self.options.images):
            write_image(self.work / "output" / f"test_{number:05}_.png", number)
        self.reprofs("snapshot", str(self.work / "output"))
        # Another version of a model, what was made from an image, and an image made with an image.
        self.write_model("checkpoints/dream.safetensors", 9)
        self.reprofs("add", str(models))
        first = self.work / "output" / "test_00003_.png"
        listed = subprocess.run([self.options.reprofs, "list", "images", first.name, "--json"], env=self.environment, check=True,
                                stdout=subprocess.PIPE, text=True).stdout
        short = json.loads(listed)[0]["snapshot"][:12]
        for number in range(self.folded):
            write_image(self.work / "output" / "reprofs" / short / f"variation_{number:02}_.png", self.options.images + 10 + number)
        self.reprofs("snapshot", str(self.work / "output"))
        self.subject = hashlib.sha256(first.read_bytes()).hexdigest()

    def write_model(self, name, seed, claims={}):
        path = self.work / "models" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.model_bytes(seed, claims))

    @staticmethod
    def model_bytes(seed, claims):
        tensors = {"w": {"dtype": "U8", "shape": [64], "data_offsets": [0, 64]},
                   "v": {"dtype": "U8", "shape": [64], "data_offsets": [64, 128]}}
        header = json.dumps(({"__metadata__": claims} if claims else {}) | tensors).encode()
        return struct.pack("<Q", len(header)) + header + bytes([seed]) * 64 + bytes(64)

    def serve(self):
        # Nothing answers there at first: how a run fails can be seen before there is a ComfyUI.
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.comfy = f"http://127.0.0.1:{self.port}"
        command = [self.options.reprofs, "gallery", "--server", self.comfy, "--out", str(self.work / "made")]
        self.server = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return self.server.stdout.readline().strip()

    @contextlib.contextmanager
    def stand_in(self):
        """A stand-in for ComfyUI where the gallery looks for one, which reads the models of a mount; gives its base directory."""
        mount, base = self.work / "mount", self.work / "comfy"
        base.mkdir(exist_ok=True)
        self.reprofs("mount", str(mount))
        command = [sys.executable, str(ROOT / "Tests/StandIn/main.py"), "--port", str(self.port), "--base-directory", str(base),
                   "--models-directory", str(mount / "active/models")]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(200):
                try:
                    urllib.request.urlopen(self.comfy + "/system_stats", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield base
        finally:
            process.kill()
            process.wait()
            self.reprofs("unmount", str(mount))

    def check(self, what, holds):
        print(("ok: " if holds else "FAILED: ") + what, flush=True)
        if not holds:
            self.problems.append(what)

    def watch(self, page):
        """What a console says, what a policy refuses and what a script throws are faults."""
        page.on("console", lambda message: message.type in ("error", "warning") and self.problems.append(
            f"console of {page.url}: {message.text}"))
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))

    def accessible(self, page, what):
        for found in Axe().run(page).response["violations"]:
            nodes = "; ".join(str(node["target"]) + " " + (node.get("failureSummary") or "") for node in found["nodes"][:3])
            self.problems.append(f"axe-core, {what}: {found['id']}: {nodes}")
            print(self.problems[-1], flush=True)

    def shoot(self, page, name):
        if self.options.screenshots:
            pathlib.Path(self.options.screenshots).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{self.options.screenshots}/{name}.png")


def seen(page):
    """The images that are in the view, by their ids."""
    return page.evaluate("""() => { const box = document.getElementById('grid').getBoundingClientRect();
        return [...document.querySelectorAll('#grid a[data-id]')].filter((cell) => { const at = cell.getBoundingClientRect();
        return at.bottom > box.top + 4 && at.top < box.bottom - 4; }).map((cell) => cell.dataset.id); }""")


def settle(page):
    page.wait_for_selector("#grid a[data-id]")
    page.wait_for_function("() => !document.querySelector('#grid .coming')")


def search(page, text):
    """Leads to another page, which is waited for: the old one is whole, too."""
    page.fill("#q", text)
    with page.expect_navigation():
        page.press("#q", "Enter")


def with_mouse(run, page, origin):
    page.goto(origin + "/")
    settle(page)
    run.check("the grid tells how many rows it has", int(page.get_attribute("#grid", "aria-rowcount")) > 1)
    run.check("few cells are in the document", page.locator("#grid a").count() < 500)
    run.check("a prompt is text", page.title() == "Library · ReproFS")
    page.click("#facets a.value:has-text('partial')")
    settle(page)
    run.check("a filter is in the address, and leaves what it says", "grade=partial" in page.url and page.evaluate(
        "() => [...document.querySelectorAll('#grid .mark')].every((mark) => mark.dataset.mark === 'partial')"))
    page.goto(origin + "/")
    settle(page)
    months = page.locator("#rail [data-month]")
    month = months.nth(months.count() - 1).get_attribute("data-month")
    page.fill("#month", month)
    page.press("#month", "Enter")
    page.wait_for_function("(month) => document.querySelector('#rail [aria-current]')?.closest('li').dataset.month === month"
                           " || document.getElementById('grid').scrollTop > 0", arg=month)
    settle(page)
    before = seen(page)
    run.check("a jump to a month shows other images", bool(before))
    page.wait_for_timeout(400)
    page.locator(f"#grid a[data-id='{before[len(before) // 2]}']").click()
    page.wait_for_selector("article.image")
    page.wait_for_load_state()
    page.go_back()
    settle(page)
    page.wait_for_timeout(200)
    run.check("Back leads to the same image", before[len(before) // 2] in seen(page))
    search(page, "lighthouse")
    settle(page)
    run.check("a word finds images", "q=lighthouse" in page.url and len(seen(page)) > 0)
    search(page, "colour:red")
    run.check("what is not understood is said", "'colour:' is none of" in page.inner_text("main"))


def with_keys(run, page, origin):
    page.goto(origin + "/")
    settle(page)
    first = seen(page)[0]
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.closest('#grid') !== null"):
            break
    focus = "() => document.activeElement.dataset.id"
    run.check("Tab reaches the grid", page.evaluate(focus) == first)
    page.keyboard.press("Tab")
    run.check("the grid is one stop", page.evaluate("() => document.activeElement.closest('#grid') === null"))
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    there = page.evaluate(focus)
    run.check("arrows go from image to image", there not in (None, first))
    page.keyboard.press("Home")
    page.keyboard.press("End")
    page.keyboard.press("PageDown")
    page.keyboard.press("Control+End")
    settle(page)
    last = page.evaluate("() => document.activeElement.dataset.index")
    run.check("Ctrl and End go to the last image", last == str(run.options.images - 1))
    page.keyboard.press("Control+Home")
    settle(page)
    page.keyboard.press("ArrowRight")
    image = page.evaluate(focus)
    page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    page.wait_for_selector("article.image")
    page.wait_for_load_state()
    run.check("Enter opens the image", image in page.url)
    page.keyboard.press("Escape")
    settle(page)
    page.wait_for_timeout(300)
    run.check("Esc leads back to it", page.evaluate(focus) == image)
    page.keyboard.press("/")
    run.check("/ goes to the search box", page.evaluate("() => document.activeElement.id") == "q")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    run.check("? shows the keys", page.locator("dialog[open]").count() == 1)
    run.accessible(page, "keys")
    page.keyboard.press("Escape")


def compare(run, page, origin):
    """Images are chosen by keys and by the mark, over a search, and compared."""
    page.goto(origin + "/")
    settle(page)
    page.locator("#grid a[data-id]").first.focus()
    page.keyboard.press("c")
    run.check("C chooses an image", page.inner_text("#chosen").startswith("Choose another image"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("c")
    run.check("and another one", "Compare 2 images" in page.inner_text("#chosen"))
    page.keyboard.press("c")
    page.goto(origin + "/?q=lighthouse")
    settle(page)
    third = page.locator("#grid [role=gridcell]").nth(4)
    third.hover()
    third.locator("button.pick").click()
    run.check("what is chosen outlasts a search", "Compare 2 images" in page.inner_text("#chosen"))
    run.accessible(page, "chosen")
    run.shoot(page, "chosen")
    page.click("#chosen button:has-text('Compare')")
    page.wait_for_selector("article.comparison")
    run.check("the comparison has both pictures", page.locator(".stage img").count() == 2)
    run.check("it tells what differs", page.locator(".differences tbody tr").count() > 0)
    page.check("[data-over]")
    run.check("they can lie in one place", page.locator(".compare.over").count() == 1)
    page.check("[data-difference]")
    run.check("and their difference is shown", page.locator(".stage.difference").count() == 1)
    page.keyboard.press("Escape")
    settle(page)
    page.click("#chosen button:has-text('Choose none')")
    run.check("nothing is chosen any more", not page.locator("#chosen").is_visible())


def models(run, page, origin):
    page.goto(origin + "/models")
    run.check("every model is listed", page.locator(".list tbody tr").count() == 3)
    page.click("thead a:has-text('Images')")
    run.check("and sorted", "order=images" in page.url and page.locator("[aria-sort=descending]").count() == 1)
    search(page, "dream")
    run.check("and found", page.locator(".list tbody tr").count() == 1)
    page.click(".list tbody a")
    page.wait_for_selector("article.model")
    run.check("a model has its versions", page.locator(".versions > li").count() == 2)
    run.check("and what was trained on it", page.locator("svg.lineage a.node:has-text('ink.safetensors')").count() == 1)
    page.click(".versions li:last-child a")
    settle(page)
    run.check("which lead to their images", "version=checkpoints%2Fdream.safetensors%40v1" in page.url and len(seen(page)) > 0)


def lineage(run, page, origin):
    page.goto(origin + f"/image/{run.subject}")
    page.click("a:has-text('What it came from')")
    page.wait_for_selector("svg.lineage")
    run.check("a lineage has its nodes", page.locator("svg.lineage .node").count() > 8)
    run.check("and counts the rest", "and 4 more images" in page.text_content("svg.lineage"))
    page.click("summary:has-text('list')")
    run.check("which is a list as well", page.locator(".outline a").count() == page.locator("svg.lineage a.node").count())
    page.locator("svg.lineage a.node[data-kind=model]").first.click()
    page.wait_for_selector("article.model")


def without_program(run, browser, state, origin):
    context = browser.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(origin + "/")
    run.check("without JavaScript there are images", page.locator("#cells a.cell").count() > 0)
    if page.locator("a[rel=next]").count():
        page.click("a[rel=next]")
        run.check("and pages of them", page.locator("a[rel=prev]").count() == 1)
    page.click("#rail li:last-child a")
    run.check("and months", "from=" in page.url)
    search(page, "sailor")
    run.check("and the search", "q=sailor" in page.url)
    page.locator("#cells a.cell").first.click()
    run.check("and the page of an image", page.locator("article.image h1").count() == 1)
    page.click("#back")
    run.check("and a way back", "q=sailor" in page.url)
    for place in (0, 1):
        page.locator("#cells input.pick").nth(place).check()
    page.click("#chosen button")
    run.check("and a comparison", page.locator(".stage img").count() == 2 and page.locator(".differences tr").count() > 0)
    page.goto(origin + "/models")
    page.locator(".list tbody a").first.click()
    run.check("and models", page.locator(".versions > li").count() > 0)
    page.goto(origin + f"/lineage/{run.subject}")
    page.click("summary:has-text('list')")
    page.locator(".outline a").nth(1).click()
    run.check("and a lineage", "/lineage/" not in page.url)
    context.close()


def by_itself(run, page, origin):
    page.goto(origin + "/")
    settle(page)
    before = page.inner_text("#truth")
    write_image(run.work / "output" / "new.png", run.options.images + 1)
    run.reprofs("snapshot", str(run.work / "output" / "new.png"))
    page.wait_for_function("(before) => document.getElementById('truth').innerText !== before", arg=before, timeout=15_000)
    page.wait_for_selector("#grid a[aria-label^='new.png']", timeout=5_000)
    run.check("a new image appears by itself", f"{run.options.images + run.folded + 1:,} images" in page.inner_text("#truth"))
    run.options.images += 1


def makeable(run, page, origin):
    """An image of which every byte is there."""
    page.goto(origin + "/?not-grade=partial")
    settle(page)
    return seen(page)[0]


def asked_for(run, page, origin, image):
    """Asks for an image to be made again, with keys alone, on a ComfyUI that is away."""
    page.goto(origin + f"/image/{image}")
    page.focus("a:has-text('Reproduce…')")
    page.keyboard.press("Enter")
    page.wait_for_selector("form[data-post] button")
    run.check("it is said where it would be made", run.comfy in page.inner_text("article"))
    page.focus("form[data-post] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs/*")
    page.wait_for_selector("text=No ComfyUI answers", timeout=20_000)
    run.check("a run that fails says so by itself", page.locator("progress").count() == 0)
    page.goto(origin + f"/image/{image}/vary")
    page.click("text=Four other seeds")
    page.wait_for_selector("#plan")
    run.check("four seeds are four pictures", "4 pictures" in page.inner_text("#plan"))
    page.goto(origin + "/runs")
    run.check("the list has the run", page.locator("#since").count() == 1)


def preview(run, page, origin, image):
    """A grid is made, and what ComfyUI shows meanwhile is shown; gives the path of the run."""
    with run.stand_in() as base:
        (base / "hold-steps").touch()
        page.goto(origin + f"/image/{image}/vary?x=3.cfg&xs=4,6&y=3.steps&ys=8,12")
        page.focus("form[data-post] button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/runs/*")
        page.wait_for_function("() => document.querySelector('[data-preview] img')?.naturalWidth === 32", timeout=60_000)
        first = page.get_attribute("[data-preview] img", "src")
        page.wait_for_function("(first) => document.querySelector('[data-preview] img').getAttribute('src') !== first", arg=first)
        run.check("a run shows one preview after the other", page.locator("[data-preview] img").count() == 1)
        run.accessible(page, "preview")
        run.shoot(page, "preview")
        page.focus("#sheet")
        (base / "hold-steps").unlink()
        page.wait_for_function("() => document.querySelectorAll('[data-zoom]').length === 4", timeout=120_000)
        page.wait_for_selector("[data-preview]", state="detached", timeout=60_000)
        run.check("the focus stays on the sheet while its pictures come", page.evaluate("() => document.activeElement.id") == "sheet")
    return page.url.removeprefix(origin)


def made_again(run, page, origin, path):
    """Reproduces a picture of a sheet, with keys alone: stopped in the middle once, and to its end the next time."""
    page.goto(origin + path)
    image = page.get_attribute("#place-0", "href").split("?")[0].removeprefix("/image/").split("/")[0]

    def ask():
        page.goto(origin + f"/image/{image}/reproduce")
        page.focus("form[data-post] button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/runs/*")

    with run.stand_in() as base:
        (base / "hold-steps").touch()
        ask()
        page.wait_for_function("() => document.querySelector('progress')?.value > 0 && "
                               "/step \\d+ of \\d+/.test(document.querySelector('.progress .words').innerText)", timeout=60_000)
        run.check("a run shows how far it is, and goes on without the page", "It goes on when this page is closed." in page.inner_text(".run"))
        run.accessible(page, "progress")
        page.reload()
        page.wait_for_selector("progress")
        page.focus("button:has-text('Stop')")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-said]:has-text('Stopped')", timeout=60_000)
        run.check("a run can be stopped", page.locator("progress").count() == 0)
        (base / "hold-steps").unlink()
        ask()
        page.wait_for_selector("[data-said]:has-text('same pixels')", timeout=60_000)
        run.check("and comes to its end the next time", page.get_attribute("section.grade", "data-verdict") == "verified")
        run.accessible(page, "verdict")
        run.shoot(page, "verdict")
    page.click("a:has-text('The proof, with the image')")
    page.wait_for_selector("ol.proofs li[data-verdict=verified]")
    run.check("the page of the image has its certificate", page.locator("ol.proofs li").count() == 1)
    page.goto(origin + "/?proof=verified")
    settle(page)
    run.check("and the library finds it", image in seen(page))
    return image


def zoom(run, page, origin, path):
    """The pictures of a sheet, large, with keys alone."""
    page.goto(origin + path)
    page.focus("#sheet")
    page.keyboard.press("Tab")
    run.check("Tab goes from the sheet to its first picture", page.evaluate("() => document.activeElement.id") == "place-0")
    page.keyboard.press("Enter")
    page.wait_for_selector("#zoom[open]")
    page.wait_for_function("() => document.querySelector('#zoom img').naturalWidth > 64")
    run.check("Enter enlarges it", page.url == origin + path)
    run.check("the focus is in the dialog", page.evaluate("() => document.activeElement.closest('#zoom') !== null"))
    run.accessible(page, "zoom")
    run.shoot(page, "zoom")
    names = page.evaluate("() => [...document.querySelectorAll('[data-zoom] img')].map((picture) => picture.alt)")
    run.check("each picture has a name of its own", len(set(names)) == 4)
    page.wait_for_function("() => document.querySelector('#zoom img').classList.contains('squares')")
    size = "() => document.querySelector('#zoom img').clientWidth / document.querySelector('#zoom img').naturalWidth"
    run.check("a small picture is a whole number of times as large", page.evaluate(size) in (2, 3, 4, 5, 6, 7, 8))
    page.click("#zoom button:has-text('100 %')")
    run.check("100 % is one pixel on one pixel", page.evaluate(size) == 1 and page.inner_text("#zoom .note").endswith("at 100 %"))
    run.accessible(page, "zoom at 100 %")
    page.click("#zoom button:has-text('100 %')")
    run.check("and leaves it as it was", page.evaluate(size) > 1)
    page.focus("#zoom button")
    ways = []
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowUp", "ArrowUp", "ArrowLeft", "ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
        ways.append(names.index(page.inner_text("#zoom h2")))
    run.check(f"arrows go from picture to picture, and not beyond the last {ways}", ways == [1, 2, 3, 3, 1, 1, 0, 0, 2])
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.innerText") == "Close":
            break
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'place-2'")
    run.check("Close leads to the picture that was shown", page.locator("#zoom[open]").count() == 0)
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.activeElement.id === 'place-3'")
    run.check("and so does Esc, on the same page", page.locator("#zoom[open]").count() == 0 and page.url == origin + path)
    with page.expect_download() as download:
        page.click("a:has-text('Download as one picture')")
    sheet = pathlib.Path(download.value.path()).read_bytes()
    run.check("the sheet is one picture", sheet.startswith(b"\x89PNG") and download.value.suggested_filename.endswith(".png"))
    page.set_viewport_size(dict(zip(("width", "height"), WIDTHS["phone"])))
    page.locator("#place-1").click()
    page.wait_for_selector("#zoom[open]")
    run.accessible(page, "zoom, phone")
    run.shoot(page, "zoom-phone")
    run.check("the dialog fits a phone", page.evaluate("() => { const at = document.getElementById('zoom').getBoundingClientRect();"
                                                       " return at.left >= 0 && at.right <= innerWidth && at.bottom <= innerHeight; }"))
    page.keyboard.press("Escape")
    page.set_viewport_size(dict(zip(("width", "height"), WIDTHS["desk"])))


def lost(run, browser, state, origin):
    """The picture of an image whose file is gone."""
    path = run.work / "output" / "lost.png"
    write_image(path, run.options.images + 2)
    run.reprofs("snapshot", str(path))
    image = hashlib.sha256(path.read_bytes()).hexdigest()
    path.unlink()
    context = browser.new_context(storage_state=state)
    page = context.new_page()
    page.goto(origin + f"/image/{image}")
    page.wait_for_selector(".picture .gone", state="visible")
    page.wait_for_function("() => document.querySelector('.picture .gone').innerText.includes('moved or changed')")
    run.check("a picture that is gone has a caption that says so", not page.locator(".picture img").is_visible())
    run.accessible(page, "lost")
    context.close()


def every_page(run, browser, state, origin, image, sheet):
    pages = {"library": "/", "filtered": "/?grade=partial&q=fog", "nothing": "/?q=nobodyeverwrotethis", "image": f"/image/{image}",
             "missing": "/image/" + "0" * 64, "models": "/models", "unused": "/models?unused=90&q=nobody", "model": "/models/1",
             "proof": f"/image/{run.proved}", "compare": f"/compare?a={run.subject}&b={image}&weights=yes", "compare-none": "/compare",
             "compare-four": "/compare?" + "&".join("image=" + each for each in run.four), "lineage": f"/lineage/{run.subject}",
             "reproduce": f"/image/{image}/reproduce",
             "vary": f"/image/{image}/vary?x=3.cfg&xs=4,6,8&y=3.seed&ys=1..2", "runs": "/runs", "run": "/runs/1", "sheet": sheet,
             "health": "/health"}
    for colour in ("dark", "light"):
        for size, (width, height) in WIDTHS.items():
            context = browser.new_context(storage_state=state, color_scheme=colour, viewport={"width": width, "height": height})
            page = context.new_page()
            if colour == "dark":
                page.on("pageerror", lambda error: run.problems.append(str(error)))
            for name, path in pages.items():
                page.goto(origin + path)
                page.wait_for_load_state("networkidle" if name in ("image", "sheet", "compare", "compare-four", "lineage") else "load")
                if name in ("library", "filtered") and page.locator("#grid").count():
                    settle(page)
                    page.wait_for_timeout(300)
                run.accessible(page, f"{name}, {colour}, {size}")
                overflow = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
                if overflow > 0:
                    run.check(f"{name} fits {width} pixels ({overflow} too wide)", False)
                run.shoot(page, f"{name}-{size}-{colour}")
            context.close()
    for width in (320, 3840):
        context = browser.new_context(storage_state=state, color_scheme="dark", viewport={"width": width, "height": 900})
        page = context.new_page()
        for name, path in pages.items():
            page.goto(origin + path)
            if page.locator("#grid").count():
                settle(page)
            run.check(f"{name} fits {width} pixels", page.evaluate(
                "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
            run.shoot(page, f"{name}-{width}")
        context.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--chromium", required=True)
    parser.add_argument("--reprofs", default=str(ROOT / ".build/debug/reprofs"))
    parser.add_argument("--images", type=int, default=260)
    parser.add_argument("--screenshots")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        run = Run(options, pathlib.Path(directory))
        run.make_store()
        address = run.serve()
        try:
            origin = re.match(r"http://[^/]+", address)[0]
            browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
            context = browser.new_context(viewport={"width": 1400, "height": 900})
            page = context.new_page()
            run.watch(page)
            page.goto(address)
            run.check("the secret leaves the address", page.url == origin + "/")
            state = context.storage_state()
            settle(page)
            run.four = seen(page)[:4]
            with_mouse(run, page, origin)
            with_keys(run, page, origin)
            compare(run, page, origin)
            models(run, page, origin)
            lineage(run, page, origin)
            by_itself(run, page, origin)
            without_program(run, browser, state, origin)
            lost(run, browser, state, origin)
            image = makeable(run, page, origin)
            asked_for(run, page, origin, image)
            sheet = preview(run, page, origin, image)
            zoom(run, page, origin, sheet)
            run.proved = made_again(run, page, origin, sheet)
            every_page(run, browser, state, origin, image, sheet)
            browser.close()
        finally:
            run.server.send_signal(signal.SIGINT)
            run.check("an interrupt ends it", run.server.wait(15) == 0)
    if run.problems:
        print("\n".join(["", "What failed:"] + sorted(set(run.problems))))
    sys.exit(1 if run.problems else 0)


if __name__ == "__main__":
    main()
