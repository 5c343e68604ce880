"""Figures with a point that moves under the reader's hand, for browser.py, whose functions
are those of test."""
import os
import subprocess
import time

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait


LIVE = "document.querySelectorAll('.jp-CodeCell')[arguments[0]]?.querySelector('.gosubspace-explore')"


DIRTY = "document.querySelector('#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current.jp-mod-dirty')"
# Presses the right button on a figure, and moves the left one over it, pressed before it came there.
ELSEWHERE = """const svg = arguments[0].querySelector('svg'), box = svg.getBoundingClientRect();
const at = {bubbles: true, pointerId: 1, clientX: box.left + box.width / 4, clientY: box.top + box.height / 4};
svg.dispatchEvent(new PointerEvent('pointerdown', {...at, button: 2, buttons: 2}));
svg.dispatchEvent(new PointerEvent('pointermove', {...at, button: -1, buttons: 1}));"""


def start_live(test, browser, number):
    """Runs a cell whose figure is to come alive."""
    test.type_at_end(browser, number, (Keys.CONTROL, Keys.ENTER))
    test.wait(browser, 120, "the figure to come alive", f"return {LIVE}?.classList.contains('gx-live')", number)
    return browser.execute_script(f"return {LIVE}", number)


def moved(browser, figure, move):
    """Moves the point, and returns how long the answer took, in milliseconds."""
    before = figure.get_attribute("data-answered") or "0"
    move()
    WebDriverWait(browser, 30, poll_frequency=0.02).until(lambda b: (figure.get_attribute("data-answered") or "0") != before)
    return float(figure.get_attribute("data-ms"))


def report_live(browser, figure, what, move):
    took = sorted(moved(browser, figure, move) for _ in range(21))
    print(f"{what}: from the message to the numbers {took[10]:.0f} ms in the median, {took[-1]:.0f} at most")


def stays(test, browser, figure, what, act):
    """Does what must not move the point, which would be elsewhere at once."""
    where = lambda: browser.execute_script("const here = arguments[0].querySelector('.gx-here'); return here.getAttribute('cx') + ' ' + here.getAttribute('cy')", figure)
    before = where()
    act()
    test.check(where() == before, f"{what} moves the point")


def memory():
    """The memory of the running cell's program, in MB."""
    lines = subprocess.run(["ps", "-eo", "rss,args"], capture_output=True, text=True).stdout.splitlines()
    return max([int(l.split()[0]) / 1024 for l in lines if "/gonb_" in "".join(l.split()[1:2])], default=0)


def dragging(test, browser, target, by, screenshot):
    """Drags from the middle of an element, and takes a picture before letting go."""
    chain = webdriver.ActionChains(browser, duration=20).move_to_element(target).click_and_hold()
    for _ in range(10):
        chain = chain.move_by_offset(by[0] // 10, by[1] // 10)
    chain.perform()
    time.sleep(1)
    browser.save_screenshot(os.path.join(test.screenshots, screenshot))
    webdriver.ActionChains(browser).release().perform()


def explores(browser, server, test):
    """Figures with a point to move: drag it, read the numbers, in two pages; what ends them."""
    name = "browser-test-explore.ipynb"
    test.write(server, name,
               'import "gosubspace/notebooks/lesson"\n\n%%\nlesson.Explore(lesson.Runs(experiment.Quick(), "line", 1)[0])',
               '%%\nlesson.Explore("simplex-3")',
               '%%\nfmt.Println("the next one")')
    try:
        test.show(browser, server, name)
        figure = start_live(test, browser, 0)
        slider = figure.find_element(By.CSS_SELECTOR, "input[type=range]")
        numbers = lambda: [figure.find_element(By.CSS_SELECTOR, f".gx-{n}").text for n in ("accuracy", "loss", "ECE")]
        middle = numbers()
        report_live(browser, figure, "a line on 500 digits", lambda: slider.send_keys(Keys.ARROW_RIGHT))
        print(f"the cell's program has {memory():.0f} MB")
        test.check(numbers() != middle, "the numbers stay when the point moves")
        dragging(test, browser, figure.find_element(By.CSS_SELECTOR, "svg"), (210, 0), "explore-line.png")
        test.check("outside" in figure.find_element(By.CSS_SELECTOR, ".gx-mark").text, "a point beyond the end is not marked")
        outside = numbers()
        moved(browser, figure, lambda: figure.find_element(By.CSS_SELECTOR, "input[value=interpolated]").click())
        test.check(numbers() != outside, "interpolated statistics change nothing out there")
        moved(browser, figure, lambda: slider.send_keys(Keys.ARROW_LEFT))
        slider.send_keys(Keys.CONTROL, "s")  # which is JupyterLab's
        test.wait(browser, 30, "Ctrl+S in the figure to save the notebook", f"return !{DIRTY}")
        stays(test, browser, figure, "a button of the mouse that is another, or pressed elsewhere", lambda: browser.execute_script(ELSEWHERE, figure))

        # Another page shows the same, and moves it.
        test.save(browser)
        first = browser.current_window_handle
        browser.switch_to.new_window("tab")
        browser.get(f"{server.url}/lab/workspaces/other/tree/{name}?token={server.token}")
        test.wait(browser, 60, "the figure in another page", f"return {LIVE}?.classList.contains('gx-live')", 0)
        other = browser.execute_script(f"return {LIVE}", 0)
        moved(browser, other, lambda: other.find_element(By.CSS_SELECTOR, "input[type=range]").send_keys(Keys.ARROW_LEFT))
        there = other.find_element(By.CSS_SELECTOR, ".gx-mark").text
        second = browser.current_window_handle
        browser.switch_to.window(first)
        WebDriverWait(browser, 30).until(lambda b: figure.find_element(By.CSS_SELECTOR, ".gx-mark").text == there,
                                         "two pages show different points")

        figure.find_element(By.XPATH, ".//button[text()='Done']").click()
        test.wait(browser, 60, "the cell to end", rf"return /^\[\d+\]:$/.test({test.PROMPT})", 0)
        test.wait(browser, 30, "its picture", test.PICTURES.replace("return", "const w =", 1) + "; return w.length == 2 && w.every(n => n > 0)")
        browser.save_screenshot(os.path.join(test.screenshots, "explore-line-still.png"))
        browser.switch_to.window(second)
        test.wait(browser, 30, "the other page to say so", f"return {LIVE}.innerText.includes('not alive any more')", 0)
        browser.close()
        browser.switch_to.window(first)

        figure = start_live(test, browser, 1)
        point = figure.find_element(By.CSS_SELECTOR, ".gx-here")
        report_live(browser, figure, "a triangle, ten photographs", lambda: point.send_keys(Keys.ARROW_UP))
        print(f"the cell's program has {memory():.0f} MB")
        point.send_keys("m")
        stays(test, browser, figure, "1 with Ctrl", lambda: point.send_keys(Keys.CONTROL, "1"))
        stays(test, browser, figure, "a button of the mouse that is another, or pressed elsewhere", lambda: browser.execute_script(ELSEWHERE, figure))
        dragging(test, browser, point, (120, -60), "explore-triangle.png")
        test.type_at_end(browser, 2, (Keys.CONTROL, Keys.ENTER))
        test.wait(browser, 60, "the cell behind it to run", f"return {test.OUTPUT}.includes('the next one')", 2)
        test.check("Another cell was to run" in browser.execute_script(f"return {test.OUTPUT}", 1), "a cell that made way does not say so")

        figure = start_live(test, browser, 0)
        test.choose(browser, "Kernel", "Interrupt Kernel")
        test.wait(browser, 60, "the cell to stop", rf"return /^\[\d+\]:$/.test({test.PROMPT})", 0)
        print("a stopped cell says", browser.execute_script(f"return {test.OUTPUT}", 0))
        test.check(browser.execute_script(f"return !{LIVE}", 0), "a figure is alive after Stop")
        test.save(browser)
        saved = [o for c in server.ask("GET", "/api/contents/" + name)["content"]["cells"] for o in c["outputs"]]
        test.check(sum("image/png" in o.get("data", {}) for o in saved) >= 3, "the saved notebook has no pictures")
        test.check(not any("<script" in "".join(o.get("data", {}).get("text/html", "")) for o in saved), "the saved notebook has a script")

        figure = start_live(test, browser, 0)
        for kernel in server.ask("GET", "/api/kernels"):
            server.ask("POST", f"/api/kernels/{kernel['id']}/restart")
        test.wait(browser, 30, "the figure to say that its kernel has gone, or to leave a picture",
                  f"const figure = {LIVE}; return !figure || figure.innerText.includes('not alive any more')", 0)
        browser.save_screenshot(os.path.join(test.screenshots, "explore-restarted.png"))
    finally:
        test.remove(server, name)
