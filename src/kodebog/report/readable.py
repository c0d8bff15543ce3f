"""Notebooks as a reader downloads them: with numbers, names and links where the book's sources have roles.

A role such as ``{fact}`excerpts` `` means something to Sphinx only; JupyterLab shall show what it stands for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from kodebog.report.display import home
from kodebog.report.facts import facts
from kodebog.report.prose import HOLDS, NUMBERS, quantity
from kodebog.study import Study

_ROLE = re.compile(r"\{([\w:-]+)\}`([^`]+)`")
_TARGET = re.compile(r"^\([\w-]+\)=\n?", re.MULTILINE)
_SPAN = re.compile(r"\[([^\]]+)\]\{[.#][^}]*\}")
_BOX = re.compile(r"^:::+\{([\w-]+)\}[ ]*(.*)\n((?:.*\n)*?):::+$", re.MULTILINE)


def readable(notebook: str, study: Study, numbers: Mapping[str, str], where: str = "") -> str:
    """Return a notebook whose texts hold what their roles stand for.

    `numbers`: what a table or figure is called, by its name, such as “Table 3”. `where`: address of the book, to which
    links to its pages lead; without it they stay words.
    """
    content = json.loads(notebook)
    known = facts(study)
    cited = {row.work: f"{row.authors} {row.year}" for row in study.literature.itertuples()}

    def linked(words: str, page: str) -> str:
        return f"[{words}]({where}{page})" if where else words

    def document(text: str) -> str:
        words, _, target = text.removesuffix(">").rpartition(" <")
        page = re.sub(r"^(\.\./)?(book/|notebooks/)?", "", target)
        folder = "book" if "book/" in target else "notebooks"
        return linked(words or page.replace("-", " "), f"{folder}/{page}.html")

    shown: dict[str, Callable[[str], str]] = {
        "excerpt": lambda text: f"[{text}]({home(study, text)}.ipynb)",
        "finding": lambda text: f"[{text}]({home(study, text)}.ipynb)",
        "anchor": lambda text: f"**{text}**",
        "reported": lambda text: text,
        "numref": lambda text: numbers.get(text, text),
        "doc": document,
        "cite:p": lambda text: f"({'; '.join(cited.get(key.strip(), key.strip()) for key in text.split(','))})",
        "cite:t": lambda text: "; ".join(cited.get(key.strip(), key.strip()) for key in text.split(",")),
        "built": lambda text: text.partition(" <")[0],
    }

    def role(match: re.Match[str]) -> str:
        name, text = match.groups()
        if name in HOLDS and (said := quantity(name, text)):
            return said.shown
        if name in NUMBERS:
            return NUMBERS[name](known[text])
        return shown[name](text) if name in shown else match.group()

    def box(match: re.Match[str]) -> str:
        kind, title, body = match.groups()
        quoted = "\n".join(f"> {line}".rstrip() for line in body.strip().splitlines())
        return f"> **{title or kind.capitalize()}**\n>\n{quoted}"

    for cell in content["cells"]:
        if cell["cell_type"] == "markdown":
            text = _BOX.sub(box, _SPAN.sub(r"\1", _TARGET.sub("", "".join(cell["source"]))))
            cell["source"] = _ROLE.sub(role, text).splitlines(keepends=True)
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
