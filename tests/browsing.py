"""A real browser for tests, and how a page is looked at in it.

The browser is Chromium: what CHROMIUM in the environment names, else the one on the path. What drives it is imported where
it is needed, so that tests can be collected without it.
"""

import os
import shutil
from pathlib import Path
from typing import NamedTuple

BROWSER = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
RULES = {
    "resultTypes": ["violations"],
    "rules": {"label-content-name-mismatch": {"enabled": True}, "target-size": {"enabled": True}},
}
WIDTHS = {
    "wide": 1600,
    "desktop": 1280,
    "tablet": 768,
    "desktop at 200 % zoom": 640,
    "large phone": 390,
    "phone": 320,
}
SEEN = [("light", "desktop"), ("dark", "phone")]
"""How a page is looked at; the trials look at it in all ways."""


class Site(NamedTuple):
    """A book built to be published at an address, and a server that has it there."""

    html: Path
    url: str

    def pages(self):
        return sorted(str(page.relative_to(self.html)) for page in self.html.rglob("*.html"))


ALL_LAID_OUT = "tr { content-visibility: visible !important }"
"""Rows far away are laid out when a reader comes near; axe never does, and takes them for lying over each other."""


ALL_OPEN = "document.querySelectorAll('details').forEach((fold) => (fold.open = true))"


def look(browser, site, name, looks, opened=False):
    """What axe finds, in folds too where these are opened first, and whether anything runs off the side in any case."""
    import axe_playwright_python

    axe = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    context = browser.new_context(base_url=site.url, bypass_csp=True)  # axe is put into the page
    page = context.new_page()
    page.goto(name)
    page.evaluate(axe)
    page.add_style_tag(content=ALL_LAID_OUT)
    if opened:
        page.evaluate(ALL_OPEN)
    found = []
    for scheme, width in looks:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": WIDTHS[width], "height": 900})
        for violation in page.evaluate("rules => axe.run(rules)", RULES)["violations"]:
            nodes = [node["html"][:150] for node in violation["nodes"][:2]]
            found.append((scheme, width, violation["id"], nodes))
    page.evaluate(ALL_OPEN)
    for width in sorted({width for _, width in looks}):
        page.set_viewport_size({"width": WIDTHS[width], "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > WIDTHS[width]:
            found.append((width, "wider than the window", []))
    context.close()
    return found
