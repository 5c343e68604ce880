"""Moves the point of explore pages as a reader does, in a headless Chromium.

usage: explore.py PAGES SCREENSHOTS

PAGES is a folder of what `verify -pages` made. Each is opened from the disk: its point
is dragged with the mouse and by touch, moved with keys and sliders, and what the page
shows is compared with what this script interpolates from the numbers in it. An
accessibility checker (axe-core) looks at each in light and dark, wide and narrow.
"""
import base64
import importlib.util
import json
import math
import os
import pathlib
import random
import sys
import tempfile
import time

from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from browser import check, chromium

[AXE] = importlib.util.find_spec("axe_playwright_python").submodule_search_locations
AXE = pathlib.Path(AXE, "axe.min.js").read_text()


class Numbers:
    """The grid of a page, and what lies between its points."""

    def __init__(self, page):
        self.__dict__.update(json.loads(page.find_element(By.ID, "numbers").get_attribute("textContent")))
        self.flat = self.kind == "triangle"
        self.inner = self.side - 1 - 2 * self.margin
        self.lowest, self.highest = -self.margin / self.inner, 1 + self.margin / self.inner

    def around(self, x, y):
        """The four (two) measured points around a place, with their shares."""
        out = []
        column, row = (x - self.lowest) * self.inner, (y - self.lowest) * self.inner if self.flat else 0
        near = lambda at: {min(max(math.floor(at) + k, 0), self.side - 1) for k in (-1, 0, 1, 2)}
        for j in sorted(near(row)) if self.flat else [0]:
            for i in sorted(near(column)):
                share = max(0, 1 - abs(column - i)) * max(0, 1 - abs(row - j))
                if share > 1e-6:
                    out.append((j * self.side + i, share))
        return out

    def at(self, values, x, y):
        return sum(share * values[k] for k, share in self.around(x, y))

    def shown(self, x, y):
        """What the page must show at a place, as numbers."""
        out = {"accuracy": 100 * self.at(self.accuracy, x, y), "loss": self.at(self.loss, x, y)}
        if self.ece:
            out["ece"] = 100 * self.at(self.ece, x, y)
        for i, p in enumerate(self.photographs):
            n = len(p["classes"])
            out[f"guesses{i}"] = sorted(((self.at(p["likely"][c::n], x, y) / 10, self.classes[label]) for c, label in enumerate(p["classes"])), reverse=True)[:3]
        return out


def place(page, numbers):
    """Where the point is, by its sliders."""
    values = [float(s.get_property("value")) for s in page.find_elements(By.CSS_SELECTOR, "input[type=range]")]
    return (values[1] + values[2] / 2, values[2]) if numbers.flat else (values[0], 0)


READ = """const read = id => document.getElementById(id)?.textContent;
const out = {where: read("where"), side: read("side"), measured: read("measured"), accuracy: read("accuracy"), loss: read("loss"), ece: read("ece")};
document.querySelectorAll(".guesses").forEach(g => out[g.id] = [...g.children].map(li => [parseFloat(li.querySelector(".share").textContent), li.querySelector(".name").textContent]));
return out"""


def compare(page, numbers, doing):
    """Checks every number that the page shows where its point is."""
    x, y = place(page, numbers)
    read, want = page.execute_script(READ), numbers.shown(x, y)
    for key, should in want.items():
        if key.startswith("guesses"):
            near = len(read[key]) == len(should) and all(abs(is_ - s) <= 0.51 for (is_, _), (s, _) in zip(read[key], should))
            # Of equal ones either may stand first.
            near = near and (read[key][0][1] == should[0][1] or abs(should[0][0] - should[1][0]) < 0.01)
        else:
            near = abs(float(read[key].removesuffix(" %")) - should) <= (0.00051 if key == "loss" else 0.051)
        check(near, f"{doing}: at ({x}, {y}) the page shows {key} {read[key]}, the grid says {should}")
    points = len(numbers.around(x, y))
    check(("Measured at" in read["measured"]) == (points == 1), f"{doing}: {points} points around ({x}, {y}), and the page says {read['measured']!r}")
    c = [1 - x - y / 2, x - y / 2, y] if numbers.flat else [1 - x, x]
    check(("outside" in read["side"]) == (min(c) < -1e-9), f"{doing}: at {c} the page says {read['side']!r}")
    return x, y


def near(is_, should, doing, by=0.006):
    check(math.dist(is_, should) <= by, f"{doing}: the point is at {is_}, want {should}")


def pixel(page, numbers, x, y):
    """Where on the screen a place of the map is."""
    box = page.execute_script("const b = document.getElementById('map').getBoundingClientRect(); return [b.left, b.top, b.width, b.height]")
    if numbers.flat:
        span = numbers.highest - numbers.lowest
        return box[0] + (x - numbers.lowest) / span * box[2], box[1] + (numbers.highest - y) / span * box[3]
    left, right = 46, 12  # of the drawing's frame
    return box[0] + left + (x - numbers.lowest) / (numbers.highest - numbers.lowest) * (box[2] - left - right), box[1] + box[3] / 2


def mouse(page, kind, at, buttons=1):
    page.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "x": at[0], "y": at[1], "button": "left", "buttons": buttons, "clickCount": 1})


def drag(page, numbers, screenshot):
    """With the mouse, from the middle over several places, and beyond the map's edge."""
    page.execute_script("document.getElementById('map').scrollIntoView({block: 'center'})")
    ways = [(0.5, 1 / 3), (0.3, 0.2), (0.62, 0.5), (1.05, 0.9)] if numbers.flat else [(0.5, 0), (0.31, 0), (0.777, 0), (-0.06, 0)]
    mouse(page, "mousePressed", pixel(page, numbers, *ways[0]))
    for to in ways:
        mouse(page, "mouseMoved", pixel(page, numbers, *to))
        near(compare(page, numbers, "dragged"), to, "dragged")
        if to == ways[2]:
            page.save_screenshot(screenshot)
    mouse(page, "mouseMoved", [pixel(page, numbers, 0.5, 0.5)[0], 5] if numbers.flat else [2000, 5])
    x, y = compare(page, numbers, "dragged away")
    check(abs((y if numbers.flat else x) - numbers.highest) < 1e-6, f"dragged beyond the map the point is at ({x}, {y}), not at the edge")
    mouse(page, "mouseReleased", pixel(page, numbers, *ways[2]), 0)
    mouse(page, "mouseMoved", pixel(page, numbers, *ways[1]), 0)
    check(compare(page, numbers, "released") == place(page, numbers) and math.dist(place(page, numbers), ways[1]) > 0.01, "the point follows a mouse whose button is up")


def touch(page, numbers):
    ways = [(0.4, 0.3), (0.45, 0.42)] if numbers.flat else [(0.4, 0), (0.66, 0)]
    for kind, to in zip(["touchStart", "touchMove"], ways):
        x, y = pixel(page, numbers, *to)
        page.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        near(compare(page, numbers, kind), to, kind)
    page.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def keys(page, numbers):
    """From measured point to measured point, on a slider and on the map of a triangle."""
    press = lambda element, *k: element.send_keys(*k)
    middle = [b for b in page.find_elements(By.TAG_NAME, "button") if b.text == "midpoint"][0]
    middle.click()
    x, y = compare(page, numbers, "the midpoint's button")
    near((x, y), (0.5, 1 / 3 if numbers.flat else 0), "the midpoint's button", 1e-6)
    targets = page.find_elements(By.CSS_SELECTOR, "#map[tabindex]") or page.find_elements(By.CSS_SELECTOR, "input[type=range]")
    press(targets[0], Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    near(compare(page, numbers, "two keys"), (x + 2 / numbers.inner, y), "two keys", 1e-6)
    check("Measured at" in page.execute_script(READ)["measured"], "keys lead to no measured point")
    press(targets[0], Keys.SHIFT + Keys.ARROW_LEFT)
    near(compare(page, numbers, "a key with Shift"), (x + 1.8 / numbers.inner, y), "a key with Shift", 1e-6)
    if numbers.flat:
        press(targets[0], Keys.ARROW_UP)
        near(compare(page, numbers, "up"), (x + 1.8 / numbers.inner, y + 1 / numbers.inner), "up", 1e-6)
        press(targets[0], Keys.HOME)
        near(compare(page, numbers, "Home"), (0.5, 1 / 3), "Home", 1e-6)
        for i, slider in enumerate(page.find_elements(By.CSS_SELECTOR, "input[type=range]")):
            before = [float(s.get_property("value")) for s in page.find_elements(By.CSS_SELECTOR, "input[type=range]")]
            press(slider, Keys.ARROW_UP)
            compare(page, numbers, "a key on a slider")
            after = [float(s.get_property("value")) for s in page.find_elements(By.CSS_SELECTOR, "input[type=range]")]
            check(abs(after[i] - before[i] - 1 / numbers.inner) < 1e-6 and abs(sum(after) - 1) < 1e-6, f"slider {i}: {before} become {after}")


def everywhere(page, numbers):
    """Many places, by the sliders: every measured point has its own numbers, and others lie between."""
    chance = random.Random(1)
    sets = """const s = document.querySelectorAll("input[type=range]"); s[arguments[0]].value = arguments[1]; s[arguments[0]].dispatchEvent(new Event("input"))"""
    for _ in range(60):
        page.execute_script(sets, chance.randrange(3) if numbers.flat else 0, chance.uniform(-0.8, 1.3) if numbers.flat else chance.uniform(numbers.lowest, numbers.highest))
        compare(page, numbers, "a slider")


def accessible(page, doing):
    page.execute_script(AXE)
    result = page.execute_async_script("const done = arguments[0]; axe.run().then(done, e => done({error: String(e)}))")
    check("violations" in result, f"{doing}: axe says {result}")
    found = [f"{v['id']}: {v['help']}: {[n['html'] for n in v['nodes']][:3]}" for v in result["violations"]]
    check(not found, f"{doing}: axe finds {found}")
    return len(result["passes"])


def scheme(page, dark, width):
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500})
    time.sleep(0.3)  # a picture follows its new width


def whole(page, path):
    """A picture of the whole page."""
    size = page.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
    shot = page.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": {**size, "x": 0, "y": 0, "scale": 1}})
    pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))


def try_page(page, path, screenshots):
    print("===", path.name)
    began = time.time()
    name = os.path.join(screenshots, path.stem)
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    page.get(path.absolute().as_uri())
    check(page.find_elements(By.CSS_SELECTOR, "html.ready"), f"the page's script has not run: {page.get_log('browser')}")
    check(path.stat().st_size <= 3e6, f"{path} has {path.stat().st_size} bytes, more than 3 MB")
    numbers = Numbers(page)
    for width in (1300, 360):
        for dark in (False, True):
            scheme(page, dark, width)
            kind = f"{width}-{'dark' if dark else 'light'}"
            room = page.execute_script("return document.documentElement.scrollWidth")
            check(room <= width, f"{kind}: the page is {room} pixels wide")
            print(f"{kind}: axe passes {accessible(page, kind)} rules")
            whole(page, f"{name}-{kind}.png")
        # A reader's own size of letters, of the whole page.
        page.execute_script("document.documentElement.style.fontSize = '150%'")
        time.sleep(0.4)
        room, letters = page.execute_script("return [document.documentElement.scrollWidth, [...document.querySelectorAll('body, #picture text')].map(e => parseFloat(getComputedStyle(e).fontSize))]")
        check(room <= width and set(letters) == {24, 19.5}, f"{width}, large letters: the page is {room} pixels wide, with letters of {sorted(set(letters))}")
        page.execute_script("document.documentElement.style.fontSize = ''")
    touch(page, numbers)  # as on a phone, still
    scheme(page, False, 1300)
    compare(page, numbers, "opened")
    keys(page, numbers)
    drag(page, numbers, name + "-dragged.png")
    everywhere(page, numbers)
    for radio in page.find_elements(By.CSS_SELECTOR, "input[name=quantity]"):
        radio.click()
        compare(page, numbers, "another map")
        accessible(page, "another map")
    page.refresh()
    chosen, shows = page.execute_script("return [document.querySelector('input[name=quantity]:checked').parentElement.textContent, document.getElementById('shown').textContent]")
    check(chosen == shows, f"loaded anew, the page has {chosen} chosen and shows {shows}")
    page.find_elements(By.TAG_NAME, "button")[0].click()
    said = lambda p: p.find_element(By.ID, "said").get_attribute("textContent")
    # The page waits before it speaks.
    try:
        WebDriverWait(page, 30).until(lambda p: "inside" in said(p) and p.execute_script(READ)["accuracy"] in said(p))
    except TimeoutException:
        check(False, f"a screen reader hears {said(page)!r}")
    words = page.find_element(By.CSS_SELECTOR, "tbody tr").text
    check(page.execute_script(READ)["accuracy"] in words, f"the table says {words!r}, the map {page.execute_script(READ)['accuracy']}")
    complaints = page.get_log("browser")
    check(not complaints, f"the browser complains: {complaints}")
    print(f"{path.stat().st_size / 1e6:.2f} MB; tried in {time.time() - began:.1f} s")


def main(pages, screenshots):
    paths = sorted(pathlib.Path(pages).glob("*.html"))
    check(paths, f"{pages} holds no page")
    with tempfile.TemporaryDirectory() as profile:
        page = chromium("user-data-dir=" + profile)
        try:
            for path in paths:
                try_page(page, path, screenshots)
        except SystemExit:
            page.save_screenshot(os.path.join(screenshots, "failed-page.png"))
            raise
        finally:
            page.quit()
    print("the pages' test passed")


main(sys.argv[1], sys.argv[2])
