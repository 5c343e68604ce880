"""Opens the notebooks as a reader does, in a headless Chromium.

usage: browser.py NOTEBOOKS SCREENSHOTS COMMAND…

NOTEBOOKS are names, separated by commas; what follows is done with each.

COMMAND starts JupyterLab, where all has been set up, and prints its address. It
ends cleanly on Ctrl-C. A copy of each notebook is opened as it lies there, not
trusted: the figures of its last run must show. Then it is run from top to bottom:
every cell must end without an error, and its figures be pictures. At last cells
that a reader may write: names are completed and explained, Stop ends what waits
too, an error is said once; and figures whose point moves under the hand. Pictures go
to the folder SCREENSHOTS.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

import moving


# This machine is asked directly, whatever proxy the way to the others leads by.
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Server:
    """JupyterLab, started by the command that users type."""

    def __init__(self, command):
        began = time.time()
        # A session of its own, so that it can be ended as by Ctrl-C.
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        for line in self.process.stdout:
            print("  |", line, end="")
            if found := re.search(r"(http://127\.0\.0\.1:\d+)(/lab\S*)\?token=(\w+)", line):
                self.url, self.page, self.token = found.groups()
                break
        else:
            sys.exit("the command ended without an address")
        self.took = time.time() - began
        print(f"JupyterLab was ready after {self.took:.1f} s")

    def ask(self, method, path, body=None, token=True):
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode())
        if token:
            request.add_header("Authorization", "token " + self.token)
        with direct.open(request, timeout=30) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def stop(self):
        """Ends the command as Ctrl-C does, and returns what is wrong with its end."""
        os.killpg(self.process.pid, signal.SIGINT)
        status = self.process.wait(timeout=40)
        try:
            self.ask("GET", "/api/status")
        except urllib.error.HTTPError:
            return "JupyterLab goes on after Ctrl-C"
        except OSError:
            return f"the exit status after Ctrl-C is {status}" if status != 0 else ""
        return "JupyterLab goes on after Ctrl-C"


def check(condition, message):
    if not condition:
        sys.exit("FAILED: " + message)


def chromium(*flags, **capabilities):
    """Both programs are named: else Selenium looks for others on the network, and tells its makers."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    for flag in ("headless", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "disable-quic", "no-first-run",
                 "disable-background-networking", "disable-component-update", "disable-sync",
                 "window-size=1300,2400", *flags):
        options.add_argument("--" + flag)
    for name, value in capabilities.items():
        options.set_capability(name, value)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))


def show(browser, server, notebook):
    browser.get(f"{server.url}/lab/tree/{notebook}?reset&token={server.token}")
    wait(browser, 300, "the notebook to show", "return document.querySelectorAll('.jp-Notebook .jp-Cell').length > 0")
    wait(browser, 300, "the kernel to be idle",
         "return document.querySelector('#jp-main-statusbar')?.innerText.includes('Go (gosubspace) | Idle')")


def wait(browser, seconds, what, script, *arguments):
    print("waiting for", what)
    began = time.time()
    try:
        WebDriverWait(browser, seconds).until(lambda b: b.execute_script(script, *arguments))
    except Exception as why:
        browser.save_screenshot(os.path.join(screenshots, "failed.png"))
        print(type(why).__name__, "after", round(time.time() - began), "s; the cells' prompts:", browser.execute_script(PROMPTS))
        print("errors that show:", browser.execute_script(TROUBLE))
        sys.exit(f"FAILED: waited for {what}")


def choose(browser, menu, entry):
    browser.find_element(By.XPATH, f"//div[contains(@class, 'lm-MenuBar-itemLabel') and text()='{menu}']").click()
    WebDriverWait(browser, 10).until(
        lambda b: b.find_element(By.XPATH, f"//div[contains(@class, 'lm-Menu-itemLabel') and text()='{entry}']")).click()


PROMPTS = """return [...document.querySelectorAll('.jp-CodeCell')]
    .filter(c => c.querySelector('.cm-content')?.innerText.trim())
    .map(c => c.querySelector('.jp-InputPrompt').innerText.trim())"""
PICTURES = "return [...document.querySelectorAll('.jp-OutputArea-output img')].map(i => i.complete ? i.naturalWidth : 0)"
TROUBLE = """return [...document.querySelectorAll(
    '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"], ' +
    '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"], .gonb-err-location, .jp-Dialog'
  )].map(e => e.innerText)"""


def look(browser, figures, screenshot, training=0):
    """Checks that as many figures show, as pictures, and no error. Those of training are
    there where runs were trained, and not where they were loaded."""
    least = figures - training
    wait(browser, 30, f"{least} figures", PICTURES.replace("return", "const w =", 1) + "; return w.length >= arguments[0] && w.every(n => n > 0)", least)
    browser.save_screenshot(os.path.join(screenshots, screenshot))
    trouble = browser.execute_script(TROUBLE)
    check(not trouble, f"errors show: {trouble}")
    widths = browser.execute_script(PICTURES)
    check(least <= len(widths) <= figures, f"{len(widths)} pictures, want {least} to {figures}")
    print("figures show, of widths", widths)


def opens_where_to_start(browser, server):
    """The printed address leads to a notebook, where one begins."""
    browser.get(f"{server.url}{server.page}?token={server.token}")
    wait(browser, 60, "where to start", "return document.querySelector('#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current')?.innerText.includes('00-start')")
    wait(browser, 60, "its cells", "return document.querySelectorAll('.jp-Notebook .jp-Cell').length > 0")
    end_sessions(server)


def code_cells(notebook):
    return [c for c in notebook["content"]["cells"] if c["cell_type"] == "code" and c["source"].strip()]


def count_figures(notebook):
    return sum("image/png" in o.get("data", {}) for c in code_cells(notebook) for o in c["outputs"])


def count_training(notebook):
    return sum("image/png" in o.get("data", {}) and "Training: " in "".join(o["data"].get("text/plain", ""))
               for c in code_cells(notebook) for o in c["outputs"])


def open_and_run(browser, server, name):
    """Opens a copy of the notebook, which is as little trusted, and expects its figures;
    runs it, and expects as many."""
    copy = server.ask("POST", "/api/contents/", {"copy_from": name})["path"]
    try:
        saved = server.ask("GET", "/api/contents/" + copy)
        cells, want = code_cells(saved), count_figures(saved)
        check(want > 0, f"{name} holds no figure of a run")
        check(not any(c["metadata"].get("trusted") for c in cells if c["outputs"]), f"{name} is trusted already")
        show(browser, server, copy)
        look(browser, want, name.removesuffix(".ipynb") + "-untrusted.png")
        choose(browser, "Edit", "Clear Outputs of All Cells")
        check(not browser.execute_script(PICTURES), "pictures show after clearing")
        began = time.time()
        choose(browser, "Run", "Run All Cells")
        # Behind one that failed none runs.
        wait(browser, 1800, "the cells to end", PROMPTS.replace("return", "const prompts =", 1) + r""";
            const failed = document.querySelector('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]');
            return prompts.length == arguments[0] && prompts.every(p => /^\[\d+\]:$/.test(p) || failed && p != '[*]:')""", len(cells))
        print(f"the cells took {time.time() - began:.1f} s")
        look(browser, want, name.removesuffix(".ipynb") + "-run.png", count_training(saved))
        save(browser)
    finally:
        remove(server, copy)


def save(browser):
    """Saves the notebook, whose tab says until then that it has changed."""
    choose(browser, "File", "Save Notebook")
    wait(browser, 60, "the notebook to be saved",
         "return !document.querySelector('#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current.jp-mod-dirty')")


def remove(server, name):
    """Ends what runs of a notebook that was made here, and removes it: JupyterLab would move
    it to the trash, which not every machine has."""
    end_sessions(server)
    folder = pathlib.Path(__file__).resolve().parent.parent / "notebooks"
    (folder / name).unlink()
    (folder / ".ipynb_checkpoints" / name.replace(".ipynb", "-checkpoint.ipynb")).unlink(missing_ok=True)


def end_sessions(server):
    for session in server.ask("GET", "/api/sessions"):
        server.ask("DELETE", "/api/sessions/" + session["id"])


def write(server, name, *sources):
    """Makes a notebook of these code cells."""
    cells = [{"id": f"cell{i}", "cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
             for i, source in enumerate(sources)]
    spec = {"name": "gosubspace", "display_name": "Go (gosubspace)", "language": "go"}
    server.ask("PUT", "/api/contents/" + name, {"type": "notebook", "format": "json", "content": {
        "nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": cells}})


def type_at_end(browser, number, *keys):
    """Puts the cursor at the end of a cell and types keys, a tuple of them at once."""
    editor = browser.find_elements(By.CSS_SELECTOR, ".jp-CodeCell .cm-content")[number]
    editor.click()
    chains = webdriver.ActionChains(browser).key_down(Keys.CONTROL).send_keys(Keys.END).key_up(Keys.CONTROL)
    for key in keys:
        *held, last = key if isinstance(key, tuple) else (key,)
        for k in held:
            chains = chains.key_down(k)
        chains = chains.send_keys(last)
        for k in held:
            chains = chains.key_up(k)
    chains.perform()


PROMPT = "document.querySelectorAll('.jp-CodeCell')[arguments[0]].querySelector('.jp-InputPrompt').innerText.trim()"
OUTPUT = "[...document.querySelectorAll('.jp-CodeCell')[arguments[0]].querySelectorAll('.jp-OutputArea-output')].map(o => o.innerText).join('\\n')"


def own_cells(browser, server):
    """What a reader's own cells meet: completion, help, Stop, errors."""
    name = "browser-test-cells.ipynb"
    write(server, name,
          'import "gosubspace/subspace/experiment"\n\n%%\nc := experiment.',
          'import "gosubspace/subspace/experiment"\n\n%%\nc := experiment.Quick',
          '%%\nfmt.Println("began")\ntime.Sleep(time.Hour)',
          '%%\nfmt.Println("must not run")',
          '%%\nfmt.Printn("misspelt")\nfmt.Println("right")',
          '!sleep 3600; true')
    try:
        show(browser, server, name)
        # The first answer takes its time: gopls reads the packages. So ask again.
        began = time.time()
        for _ in range(60):
            type_at_end(browser, 0, Keys.TAB)
            time.sleep(2)
            found = browser.execute_script("return [...document.querySelectorAll('.jp-Completer-item')].map(i => i.innerText.trim())")
            if any("Quick" in f for f in found):
                break
            webdriver.ActionChains(browser).send_keys(Keys.ESCAPE).perform()
        browser.save_screenshot(os.path.join(screenshots, "completion.png"))
        check(any("Quick" in f for f in found), f"Tab after experiment. shows {found}")
        print(f"names were there after {time.time() - began:.1f} s: {len(found)} of them")
        webdriver.ActionChains(browser).send_keys(Keys.ESCAPE).perform()
        for _ in range(10):  # gopls has eight seconds for an answer, too few at first on a slow machine
            type_at_end(browser, 1, (Keys.SHIFT, Keys.TAB))
            try:
                WebDriverWait(browser, 10).until(lambda b: b.execute_script("return document.querySelector('.jp-Tooltip')?.innerText.includes('preset')"))
                break
            except TimeoutException:
                continue
        else:
            check(False, "no help shows")
        browser.save_screenshot(os.path.join(screenshots, "help.png"))
        webdriver.ActionChains(browser).send_keys(Keys.ESCAPE).perform()

        type_at_end(browser, 2, (Keys.CONTROL, Keys.ENTER))
        type_at_end(browser, 3, (Keys.CONTROL, Keys.ENTER))
        wait(browser, 60, "the cell to run", f"return {OUTPUT}.includes('began')", 2)
        check(browser.execute_script(f"return {PROMPT}", 3) == "[*]:", "the cell behind it does not wait")
        choose(browser, "Kernel", "Interrupt Kernel")
        wait(browser, 60, "the cell to stop", rf"return /^\[\d+\]:$/.test({PROMPT})", 2)
        wait(browser, 60, "the cell behind it to be let go", rf"return /^\[ *\]:$/.test({PROMPT})", 3)
        check(not browser.execute_script(f"return {OUTPUT}", 3), "a cell that waited ran after Stop")
        said = browser.execute_script(f"return {OUTPUT}", 2)
        check("exit status" not in said and "signal" not in said and said.count("Stopped") == 1, f"a stopped cell says {said!r}")

        type_at_end(browser, 4, (Keys.CONTROL, Keys.ENTER))
        wait(browser, 60, "the error", f"return {OUTPUT} != ''", 4)
        said = browser.execute_script(f"return {OUTPUT}", 4)
        check("line 2: undefined: fmt.Printn" in said and said.count("undefined") == 1 and "/" not in said, f"a misspelt name is {said!r}")
        browser.save_screenshot(os.path.join(screenshots, "own-cells.png"))

        type_at_end(browser, 5, (Keys.CONTROL, Keys.ENTER))
        time.sleep(2)
        choose(browser, "Kernel", "Interrupt Kernel")
        wait(browser, 60, "a line of the shell to stop", rf"return /^\[\d+\]:$/.test({PROMPT})", 5)
    finally:
        remove(server, name)


def main(names, command):
    server = Server(command)
    try:
        try:
            server.ask("GET", "/api/contents", token=False)
            check(False, "JupyterLab answers without the token")
        except urllib.error.HTTPError as refused:
            check(refused.code == 403, f"JupyterLab answers {refused.code} without the token")
        # Every cell is to be in the page, also those out of sight.
        server.ask("PUT", "/lab/api/settings/@jupyterlab/notebook-extension:tracker", {"raw": '{"windowingMode": "none"}'})
        with tempfile.TemporaryDirectory() as profile:
            browser = chromium("user-data-dir=" + profile)
            try:
                opens_where_to_start(browser, server)
                for name in names:
                    print("===", name)
                    open_and_run(browser, server, name)
                print("=== cells of a reader's own")
                own_cells(browser, server)
                print("=== figures with a point to move")
                moving.explores(browser, server, sys.modules[__name__])
            finally:
                browser.quit()
    finally:
        wrong = server.stop()
    check(not wrong, wrong)
    print("the browser test passed")


if __name__ == "__main__":
    screenshots = sys.argv[2]
    main(sys.argv[1].split(","), sys.argv[3:])
