"""Makes HTML of notebooks and pages in Markdown, with Jupyter's own converter.

On stdin come in JSON the paths, and the folders that their pictures may lie in. On stdout
goes a list of documents: of each its cells in order, a page being one cell of text. No
document needs a network: formulas become MathML, pictures are part of it, and scripts are
left out.
"""
import base64
import html
import json
import mimetypes
import os
import re
import sys
import urllib.parse

import bs4
import bs4.formatter
import latex2mathml.converter
import nbformat
from jinja2 import DictLoader, pass_context
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments.formatters import HtmlFormatter

# What nbconvert writes where it knows nothing of a picture.
NO_WORDS = "No description has been provided for this image"

CODE = """{%- extends 'basic/index.html.j2' -%}
{% block data_svg %}<div class="output_svg output_subarea"><img src="data:image/svg+xml;base64,{{ output.data['image/svg+xml'] | text_base64 | escape_html }}" alt="{{ output.metadata['image/svg+xml'].alt | escape_html }}"></div>
{% endblock %}
{% block input_group %}<details class="code" open><summary>Code</summary>{{ super() }}</details>{% endblock %}
"""


def slug(words, seen):
    """The name of a heading as GitHub makes it; seen counts those of the document."""
    name = "".join(c for c in words.strip().lower().replace(" ", "-") if c.isalnum() or c in "-_")
    n = seen.get(name, 0)
    seen[name] = n + 1
    return f"{name}-{n}" if n else name


class Attachments(dict):
    """What is attached to a cell, by its name or by that as an address has it: mistune hands
    names on as addresses, and nbconvert 7.17.2 looks for such a name
    (findings/nbconvert-embeds-no-picture-with-an-accent.sh)."""

    def named(self, name):
        return name if dict.__contains__(self, name) else urllib.parse.unquote(name)

    def __contains__(self, name):
        return dict.__contains__(self, self.named(name))

    def __getitem__(self, name):
        return dict.__getitem__(self, self.named(name))

    def address(self, name):
        """The picture as a part of the page; of several forms the one that nbconvert takes
        in Markdown. KeyError: there is none."""
        forms = self[name]
        kind = next((k for k in ("image/svg+xml", "image/png", "image/jpeg", *forms) if k in forms), None)
        return f"data:{kind};base64,{forms[kind]}"


class Renderer(IPythonRenderer):
    seen = None

    def heading(self, text, level, **attrs):
        name = slug(bs4.BeautifulSoup(text, "html.parser").get_text(), self.seen)
        return f'<h{level} id="{name}">{text}</h{level}>\n'

    def formula(self, tex, display):
        try:
            return latex2mathml.converter.convert(tex, display=display)
        except Exception:  # it has no error of its own for what it cannot read
            return f'<code class="tex">{self.escape_html(tex)}</code>'

    def block_math(self, body):
        return self.formula(body, "block")

    def inline_math(self, body):
        return self.formula(body, "inline")

    def latex_environment(self, name, body):
        return self.formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")


class Exporter(HTMLExporter):
    """Jupyter's converter with our Markdown, and code that can be folded away."""

    seen = None

    @pass_context
    def markdown2html(self, context, source):  # of an output
        return self.markdown(source, context.get("resources", {}).get("metadata", {}).get("path", ""), {})

    def markdown(self, source, folder, attachments):
        renderer = Renderer(escape=False, attachments=Attachments(attachments or {}), path=folder, exclude_anchor_links=True)
        renderer.seen = self.seen
        return MarkdownWithMath(renderer=renderer).render(source)


exporter = Exporter(
    template_name="basic",
    template_file="ours.html.j2",
    extra_loaders=[DictLoader({"ours.html.j2": CODE})],
    exclude_input_prompt=True,
    exclude_output_prompt=True,
)


def tidy(text, folder, cell, attachments):
    """HTML with double quotes around all attributes, that loads nothing from elsewhere and
    runs nothing. What is wrong with its pictures is told to the cell."""
    attachments = Attachments(attachments or {})
    soup = bs4.BeautifulSoup(text, "html.parser")
    for tag in soup.find_all(["script", "style", "iframe", "object", "embed", "link", "base", "meta"]):
        tag.decompose()
    for tag in soup.find_all(True):
        for name in [a for a in tag.attrs if a.lower().startswith("on") or a == "srcset"]:
            del tag[name]
    for image in soup.find_all("img"):
        source = image.get("src", "").strip()
        if not source:
            image.decompose()
            continue
        if image.get("alt", "").strip() in ("", NO_WORDS):
            image["alt"] = "A picture without a description."
            cell["nameless"] += 1
        if re.match(r"data:", source, re.IGNORECASE):
            continue
        if source.startswith("attachment:"):  # in HTML, with a width; nbconvert knows it in Markdown alone
            try:
                image["src"] = attachments.address(source.removeprefix("attachment:"))
            except KeyError:
                cell["missing"].append(source)
            continue
        if re.match(r"file:|[a-z]:", source, re.IGNORECASE):  # of this machine alone; the second a drive of Windows
            cell["missing"].append(source)
            continue
        if re.match(r"[a-z][a-z0-9+.-]*:|//", source, re.IGNORECASE):  # on another machine: named, not loaded
            link = soup.new_tag("a", href=source)
            link.string = image["alt"]
            image.replace_with(link)
            continue
        path = os.path.realpath(os.path.join(folder, urllib.parse.unquote(source)))
        try:
            if not any(path.startswith(root + os.sep) for root in roots):
                raise OSError("it lies outside")  # of what is handed out
            with open(path, "rb") as file:
                kind = mimetypes.guess_type(source)[0] or "image/png"
                image["src"] = f"data:{kind};base64,{base64.b64encode(file.read()).decode()}"
        except OSError:
            cell["missing"].append(source)
    return soup.decode(formatter=bs4.formatter.HTMLFormatter(html.escape))


def words_of(outputs, at):
    """The text alternative of the picture that an output is, as package plots sends it."""
    words = outputs[at].get("data", {}).get("text/plain", "").strip()
    if words and not re.fullmatch(r"<.*>", words, re.DOTALL):
        return words
    for other in outputs[at + 1 : at + 2]:
        words = other.get("data", {}).get("text/html", "")
        if "Figure in words" in words:
            return bs4.BeautifulSoup(words, "html.parser").find("p").get_text().strip()
    return ""


def notebook(path):
    folder = os.path.dirname(os.path.abspath(path))
    with open(path, encoding="utf-8-sig") as file:  # some editors write a byte-order mark
        book = nbformat.read(file, as_version=4)
    book.setdefault("metadata", nbformat.NotebookNode())
    language = book.metadata["language_info"] = nbformat.NotebookNode(mapping(book.metadata.get("language_info")))
    language.setdefault("name", "go")
    language["pygments_lexer"] = language.get("pygments_lexer") or language["name"]
    exporter.seen = {}
    return [converted(cell, book.metadata, folder) for cell in book.cells]


def mapping(x):
    """x where it is one: metadata may be anything."""
    return x if isinstance(x, dict) else {}


def converted(cell, metadata, folder):
    outputs = cell.get("outputs", [])
    if not isinstance(cell.setdefault("metadata", nbformat.NotebookNode()), dict):
        cell.metadata = nbformat.NotebookNode()
    slide = mapping(cell.metadata.get("slideshow")).get("slide_type")
    told = {
        "kind": cell.cell_type,
        "figure": any(k.startswith("image/") for o in outputs for k in o.get("data", {})),
        "output": bool(outputs),
        "slide": slide if isinstance(slide, str) else "",
        "nameless": 0,
        "missing": [],
    }
    if cell.cell_type == "code" and not cell.source.strip() and not outputs:
        text = ""  # JupyterLab leaves such a cell at the end
    elif cell.cell_type == "markdown":
        text = exporter.markdown(cell.source, folder, cell.get("attachments", {}))
    else:
        for i, output in enumerate(outputs):
            for kind in [k for k in output.get("data", {}) if k.startswith("image/")]:
                about = output.setdefault("metadata", nbformat.NotebookNode()).setdefault(kind, nbformat.NotebookNode())
                about["alt"] = about.get("alt") or cell.metadata.get("alt") or words_of(outputs, i)
        one = nbformat.v4.new_notebook(cells=[cell], metadata=metadata)
        text, _ = exporter.from_notebook_node(one, {"metadata": {"path": folder}})
    told["html"] = tidy(text, folder, told, cell.get("attachments"))
    return told


def page(path):
    folder = os.path.dirname(os.path.abspath(path))
    with open(path, encoding="utf-8-sig") as file:
        source = file.read()
    exporter.seen = {}
    told = {"kind": "markdown", "nameless": 0, "missing": []}
    told["html"] = tidy(exporter.markdown(source, folder, {}), folder, told, {})
    return [told]


# Nothing but the answer may go out there.
out = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
asked = json.load(sys.stdin)
roots = [os.path.realpath(folder) for folder in asked["within"]]
documents, wrong = [], None
for path in asked["paths"]:
    try:
        cells = notebook(path) if path.endswith(".ipynb") else page(path)
    except Exception as e:  # the file's fault: every tool may have written it
        wrong = {"path": path, "why": (str(e).strip() or type(e).__name__).splitlines()[0]}
        break
    documents.append({"path": path, "cells": cells})
light = HtmlFormatter(style="default").get_style_defs(".highlight")
dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
json.dump({"documents": documents, "wrong": wrong, "light": light, "dark": dark}, out)
out.close()
