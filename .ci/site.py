"""Looks at exported pages as a reader does, in a headless Chromium, from the disk.

usage: site.py SITE SCREENSHOTS

On every page: all links within the site lead to a page and a heading, all pictures show
and are described, nothing is loaded from elsewhere, and on a phone nothing but tables,
code and pictures is wider than the page. Slides are turned with the keys, one is shown
at a time, and without scripts all are. Pictures go to the folder SCREENSHOTS.
"""
import os
import sys

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser import chromium

LOOK = """
const problems = [];
for (const i of document.images) {
	if (!i.naturalWidth) problems.push("a picture does not show: " + i.alt.slice(0, 60));
	if (i.alt.trim().length < 25) problems.push("a picture is described by " + JSON.stringify(i.alt));
}
for (const r of performance.getEntriesByType("resource"))
	if (!/^(file|data):/.test(r.name)) problems.push("it loads " + r.name);
if (!document.title || !document.documentElement.lang) problems.push("it lacks a title or a language");
const bar = document.querySelector(".slides > nav"), free = parseFloat(getComputedStyle(document.documentElement).scrollPaddingBottom);
if (bar && !(free > bar.offsetHeight)) problems.push(`what gets the focus may be under the bar: ${free} pixels stay free for ${bar.offsetHeight}`);
if (document.documentElement.scrollWidth > innerWidth) problems.push(`it is ${document.documentElement.scrollWidth} pixels wide, on a screen of ${innerWidth}`);
return problems;
"""
SITE, SCREENSHOTS = os.path.abspath(sys.argv[1]), sys.argv[2]


def start(*more):
    return chromium("allow-file-access-from-files", *more, **{"goog:loggingPrefs": {"browser": "ALL"}})


def screen(browser, width, height, scheme):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})


def shot(browser, name):
    browser.save_screenshot(os.path.join(SCREENSHOTS, f"site-{name}.png"))


def shown(browser):
    """The numbers of the slides that show; in one question, not one for each of them."""
    return browser.execute_script('''return [...document.querySelectorAll("main > section")]
        .map((s, i) => s.checkVisibility({visibilityProperty: true, opacityProperty: true}) && s.getBoundingClientRect().height > 0 ? i : -1)
        .filter(i => i >= 0)''')


pages = sorted(os.path.relpath(os.path.join(folder, name), SITE) for folder, _, names in os.walk(SITE) for name in names if name.endswith(".html"))
failed, headings, links = [], {}, []
browser = start()
for width, scheme in ((360, "dark"), (1300, "light")):
    screen(browser, width, 800, scheme)
    for page in pages:
        browser.get("file://" + os.path.join(SITE, page))
        problems = browser.execute_script(LOOK)
        failed += [f"{page}, {width} pixels: {p}" for p in problems]
        failed += [f"{page}: {entry['message']}" for entry in browser.get_log("browser")]
        headings[page] = set(browser.execute_script("return [...document.querySelectorAll('[id]')].map(e => e.id)"))
        links += [(page, a) for a in browser.execute_script("return [...document.querySelectorAll('a[href]')].map(a => a.href)") if a.startswith("file:")]
        if page in ("index.html", "01-line.html"):
            shot(browser, f"{page.removesuffix('.html')}-{width}-{scheme}")
for page, link in sorted(set(links)):
    path, _, heading = link.removeprefix("file://").partition("#")
    path = os.path.relpath(browser.execute_script("return decodeURIComponent(arguments[0])", path), SITE)
    if not os.path.isfile(os.path.join(SITE, path)):
        failed.append(f"{page}: the link to {path} leads nowhere")
    elif heading and path in headings and browser.execute_script("return decodeURIComponent(arguments[0])", heading) not in headings[path]:
        failed.append(f"{page}: {path} has no #{heading}")

decks = [p for p in pages if p.endswith("-slides.html")]
for deck in decks:
    browser.get("file://" + os.path.join(SITE, deck))
    count = len(browser.find_elements(By.CSS_SELECTOR, "main > section"))
    body = browser.find_element(By.TAG_NAME, "body")
    seen = [shown(browser)]
    for key in [Keys.ARROW_RIGHT] * (count - 1) + [Keys.END, Keys.ARROW_LEFT, Keys.HOME, Keys.SPACE, "n", "p"]:
        body.send_keys(key)
        seen.append(shown(browser))
    want = [[i] for i in range(count)] + [[count - 1], [count - 2], [0], [1], [1], [1]]  # letters turn nothing
    if count < 5 or seen != want:
        failed.append(f"{deck}: the keys show {seen}, want {want}")
screen(browser, 1280, 800, "light")
browser.get("file://" + os.path.join(SITE, "01-line-slides.html"))
for section in browser.find_elements(By.CSS_SELECTOR, "main > section"):  # to the first slide with a picture
    if any(i.is_displayed() for i in section.find_elements(By.TAG_NAME, "img")):
        break
    browser.find_element(By.ID, "after").click()
shot(browser, "slide")
browser.get("about:blank")  # the page is opened, not moved within
browser.get("file://" + os.path.join(SITE, "01-line-slides.html") + "#4")
if shown(browser) != [3]:
    failed.append(f"an address with #4 shows the slides {shown(browser)}")
browser.quit()

plain = start("blink-settings=scriptEnabled=false")
plain.get("file://" + os.path.join(SITE, decks[0]))
sections = plain.find_elements(By.CSS_SELECTOR, "main > section")
if not all(s.is_displayed() for s in sections):
    failed.append(f"{decks[0]}: without scripts not all slides are there")
plain.quit()

print(f"{len(pages)} pages, {len(set(links))} links, {len(decks)} decks of slides")
if failed:
    sys.exit("\n".join(failed))
