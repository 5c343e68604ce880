"""Opens the notebooks as a reader does, in a headless Chromium.

usage: browser.py NOTEBOOKS SCREENSHOTS COMMAND…

NOTEBOOKS are names, separated by commas; what follows is done with each.

COMMAND starts JupyterLab, where all has been set up, and prints its address: in
less than 5 seconds. It ends cleanly on Ctrl-C. First a copy of NOTEBOOK is
run from top to bottom: every cell must end without an error, and its figures be
pictures. Then NOTEBOOK itself is opened as it lies there, not trusted: the
figures of its last run must show. Pictures of both go to the folder SCREENSHOTS.
"""
import json
import os
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
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait


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


def chromium(profile):
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    for flag in ("headless", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "disable-quic", "no-first-run",
                 "disable-background-networking", "disable-component-update", "disable-sync",
                 "window-size=1300,2400", "user-data-dir=" + profile):
        options.add_argument("--" + flag)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))


def show(browser, server, notebook):
    browser.get(f"{server.url}/lab/tree/{notebook}?reset&token={server.token}")
    wait(browser, 60, "the notebook to show", "return document.querySelectorAll('.jp-Notebook .jp-Cell').length > 0")
    wait(browser, 60, "the kernel to be idle",
         "return document.querySelector('#jp-main-statusbar')?.innerText.includes('Go (gosubspace) | Idle')")


def wait(browser, seconds, what, script, *arguments):
    print("waiting for", what)
    try:
        WebDriverWait(browser, seconds).until(lambda b: b.execute_script(script, *arguments))
    except Exception:
        browser.save_screenshot(os.path.join(screenshots, "failed.png"))
        dialog = browser.execute_script("return document.querySelector('.jp-Dialog')?.innerText")
        sys.exit(f"FAILED: waited {seconds} s for {what}; dialog: {dialog}")


def choose(browser, menu, entry):
    browser.find_element(By.XPATH, f"//div[contains(@class, 'lm-MenuBar-itemLabel') and text()='{menu}']").click()
    WebDriverWait(browser, 10).until(
        lambda b: b.find_element(By.XPATH, f"//div[contains(@class, 'lm-Menu-itemLabel') and text()='{entry}']")).click()


PICTURES = "return [...document.querySelectorAll('.jp-OutputArea-output img')].map(i => i.complete ? i.naturalWidth : 0)"
TROUBLE = """return [...document.querySelectorAll(
    '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"], ' +
    '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"], .gonb-err-location, .jp-Dialog'
  )].map(e => e.innerText)"""


def look(browser, figures, screenshot):
    """Checks that as many figures show, as pictures, and no error."""
    wait(browser, 30, f"{figures} figures", PICTURES.replace("return", "const w =", 1) + "; return w.length >= arguments[0] && w.every(n => n > 0)", figures)
    browser.save_screenshot(os.path.join(screenshots, screenshot))
    trouble = browser.execute_script(TROUBLE)
    check(not trouble, f"errors show: {trouble}")
    widths = browser.execute_script(PICTURES)
    check(len(widths) == figures, f"{len(widths)} pictures, want {figures}")
    print("figures show, of widths", widths)


def code_cells(notebook):
    return [c for c in notebook["content"]["cells"] if c["cell_type"] == "code" and c["source"].strip()]


def count_figures(notebook):
    return sum("image/png" in o.get("data", {}) for c in code_cells(notebook) for o in c["outputs"])


def run_all(browser, server, name, want):
    """Runs a copy of the notebook and expects as many figures as in the last run."""
    copy = server.ask("POST", "/api/contents/", {"copy_from": name})["path"]
    try:
        show(browser, server, copy)
        choose(browser, "Edit", "Clear Outputs of All Cells")
        check(not browser.execute_script(PICTURES), "pictures show after clearing")
        began = time.time()
        choose(browser, "Run", "Run All Cells")
        wait(browser, 600, "the cells to end", """
            const prompts = [...document.querySelectorAll('.jp-CodeCell')]
                .filter(c => c.querySelector('.cm-content').innerText.trim())
                .map(c => c.querySelector('.jp-InputPrompt').innerText.trim());
            return prompts.length == arguments[0] && prompts.every(p => /^\\[\\d+\\]:$/.test(p))""",
             len(code_cells(server.ask("GET", "/api/contents/" + copy))))
        print(f"the cells took {time.time() - began:.1f} s")
        look(browser, want, name.removesuffix(".ipynb") + "-run.png")
        choose(browser, "File", "Save Notebook")
        time.sleep(1)
    finally:
        end_sessions(server)
        server.ask("DELETE", "/api/contents/" + copy)


def end_sessions(server):
    for session in server.ask("GET", "/api/sessions"):
        server.ask("DELETE", "/api/sessions/" + session["id"])


def open_untrusted(browser, server, name, want):
    notebook = server.ask("GET", "/api/contents/" + name)
    check(not any(c["metadata"].get("trusted") for c in code_cells(notebook) if c["outputs"]), f"{name} is trusted already")
    show(browser, server, name)
    look(browser, want, name.removesuffix(".ipynb") + "-untrusted.png")
    end_sessions(server)


def main(names, command):
    server = Server(command)
    try:
        check(server.took < 5, f"JupyterLab was ready after {server.took:.1f} s only, want less than 5")
        try:
            server.ask("GET", "/api/contents", token=False)
            check(False, "JupyterLab answers without the token")
        except urllib.error.HTTPError as refused:
            check(refused.code == 403, f"JupyterLab answers {refused.code} without the token")
        # Every cell is to be in the page, also those out of sight.
        server.ask("PUT", "/lab/api/settings/@jupyterlab/notebook-extension:tracker", {"raw": '{"windowingMode": "none"}'})
        with tempfile.TemporaryDirectory() as profile:
            browser = chromium(profile)
            try:
                for name in names:
                    print("===", name)
                    figures = count_figures(server.ask("GET", "/api/contents/" + name))
                    check(figures > 0, f"{name} holds no figure of a run")
                    open_untrusted(browser, server, name, figures)
                    run_all(browser, server, name, figures)
            finally:
                browser.quit()
    finally:
        wrong = server.stop()
    check(not wrong, wrong)
    print("the browser test passed")


screenshots = sys.argv[2]
main(sys.argv[1].split(","), sys.argv[3:])
