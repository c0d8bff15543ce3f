"""The built book in a real browser: quiet, light, accessible, and all of it works.

The browser is Chromium: what CHROMIUM in the environment names, else the one on the path.
"""

import csv
import gzip
import io
import re
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import expect

from browsing import BROWSER, SEEN, WIDTHS, look
from kodebog import paths
from kodebog.analysis.agreement import statuses_by_reading
from kodebog.analysis.evidence import finding_evidence
from kodebog.analysis.ledger import STATUSES, finding_status

pytestmark = [
    pytest.mark.xdist_group("pages"),
    pytest.mark.skipif(not BROWSER, reason="no Chromium here, and CHROMIUM does not name one: browser tests left out"),
]

PAGES = [
    "index.html",
    "404.html",
    "search.html",
    *sorted(f"book/{path.stem}.html" for path in paths.BOOK.glob("*.md") if path.stem != "index"),
    *sorted(f"notebooks/{path.stem}.html" for path in paths.NOTEBOOKS.glob("*.ipynb")),
]
DANISH = [f"da/{page}" for page in PAGES]
LEFT = {"net::ERR_ABORTED"}
"""What becomes of a request when the test leaves the page before it is answered."""
FONTS = re.compile(r"file:///\S+\.woff2")
"""Browsers load no fonts from a folder, and say so; the reader's own typeface stands in."""
REQUESTS, KILOBYTES, SHIFT = 15, 300, 0.1
SHIFTS = """window.shifted = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => window.shifted += entry.value))
    .observe({type: 'layout-shift', buffered: true});"""


@pytest.fixture
def page(browser, served):
    """A page of its own for a test, which fails at the end if the browser complained about anything."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=served.url)
    page = context.new_page()
    page.complaints = complaints = []
    page.on(
        "console",
        lambda m: complaints.append(f"{m.text} {m.location['url']}") if m.type in {"error", "warning"} else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda r: complaints.append(f"{r.url}: {r.failure}") if r.failure not in LEFT else None)
    yield page
    context.close()
    assert [said for said in complaints if not FONTS.search(said)] == []


def test_every_page_is_tested(served):
    assert sorted(PAGES + DANISH) == served.pages()


ANY = ["index.html", "search.html", "book/brief.html", "book/glossary.html", "notebooks/practices.html"]
ANY += ["notebooks/evidence.html", "da/index.html", "da/search.html"]
"""A page of each kind."""


def others_are(mark, names, without=""):
    return [name if name in ANY and name != without else pytest.param(name, marks=mark) for name in names]


@pytest.mark.parametrize("name", others_are(pytest.mark.thorough, PAGES + DANISH))
def test_a_page_opens_quietly_and_is_light_and_steady(page, served, name):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(SHIFTS)
    page.goto(name, wait_until="networkidle")
    assert page.evaluate("window.shifted") < SHIFT, "the page jumps while it loads"
    assert [url for url in asked if not url.startswith(served.url)] == []
    files = {served.html / (url.removeprefix(served.url).partition("?")[0] or "index.html") for url in asked}
    weight = sum(len(gzip.compress(file.read_bytes(), 6)) for file in files) / 1000
    assert len(asked) <= REQUESTS and weight <= KILOBYTES, (len(asked), weight)


def test_the_typeface_is_there_when_a_page_is_first_drawn(page):
    page.goto("index.html", wait_until="networkidle")
    width = """family => { const s = document.createElement('span'); s.textContent = 'mmmmmiiiii'; s.style.font = `16px ${family}`;
      document.querySelector('article').append(s); const w = s.getBoundingClientRect().width; s.remove(); return w; }"""
    own = page.evaluate(width, '"Source Sans 3", monospace')
    assert own != page.evaluate(width, "monospace"), "it stands in another typeface"


@pytest.mark.parametrize("name", others_are(pytest.mark.thorough, [name for name in PAGES if name != "404.html"]))
def test_a_page_opens_from_a_folder(page, served, name):
    page.goto((served.html / name).as_uri(), wait_until="networkidle")
    assert page.locator("article h1").count() == 1


LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in WIDTHS]


@pytest.mark.parametrize("name", others_are(pytest.mark.thorough, PAGES, without="notebooks/evidence.html"))
def test_axe_finds_nothing_and_nothing_runs_off_the_side(browser, served, name):
    assert look(browser, served, name, SEEN) == []


@pytest.mark.parametrize("name", others_are(pytest.mark.thorough, DANISH))
def test_axe_finds_nothing_on_danish_pages(browser, served, name):
    """At one width: the layout is that of the English page, and the longer words show on a phone."""
    assert look(browser, served, name, [("light", "phone")]) == []


@pytest.mark.parametrize("name", ["book/reuse.html", "notebooks/readings.html"])
def test_nor_in_code_and_what_is_folded_away(browser, served, name):
    assert look(browser, served, name, [("light", "phone"), ("dark", "desktop")], opened=True) == []


@pytest.mark.trial
@pytest.mark.parametrize("name", PAGES + DANISH)
def test_nor_in_any_other_way_of_looking(browser, served, name):
    assert look(browser, served, name, [way for way in LOOKS if way not in SEEN]) == []


@pytest.mark.parametrize(
    ("words", "leads_to"),
    [
        ("samskabelse", "index.html"),
        ("råderum", "book/glossary.html"),
        ("krydspres", "book/brief.html"),
        ("mobilisering", "notebooks/practices.html"),
        ("anchoring", "notebooks/wishes.html"),
        ("boundary spanner", "book/glossary.html"),
    ],
)
def test_search_finds_danish_and_english_words(page, served, words, leads_to):
    page.goto("notebooks/method.html")
    page.get_by_role("textbox", name="Search").fill(words)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("search.html"))
    results = page.locator("#search-results li a")
    expect(results.first).to_be_visible()
    expect(page.locator(".search-summary")).to_contain_text("found")
    addresses = results.evaluate_all("links => links.map(link => link.href)")
    assert [a for a in addresses if a.startswith(served.url + leads_to)], addresses
    for address in addresses:
        assert (served.html / address.removeprefix(served.url).partition("?")[0].partition("#")[0]).is_file(), address


@pytest.mark.parametrize(("name", "words"), [("search.html", "cross-pressure"), ("da/search.html", "krydspres")])
def test_search_shows_where_words_stand_also_from_a_folder(page, served, name, words):
    page.goto((served.html / name).as_uri() + f"?q={words}", wait_until="networkidle")
    said = page.locator("#search-results li p.context mark")
    expect(said.first).to_have_text(re.compile(words, re.IGNORECASE))
    entries = page.locator("#search-results li")
    assert all(entry.locator("p.context, span").count() for entry in entries.all()), "each says more than its title"
    ids = page.locator("#search-results li a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert len(ids) == len(set(ids)), "nothing is found twice"


@pytest.mark.parametrize("name", ["notebooks/barriers.html", "da/notebooks/practices.html"])
def test_the_legend_of_a_picture_filters_it_by_who_speaks(page, served, name):
    page.goto(name)
    marks = page.locator("article .kodebog-voice")
    visible = "marks => marks.filter(m => getComputedStyle(m).visibility === 'visible').map(m => m.className)"
    before = marks.evaluate_all(visible)
    key = page.locator("p.kodebog-legend button.of-leader").first
    key.click()
    expect(key).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(r"\?perspective=leader$"))
    after = marks.evaluate_all(visible)
    assert after == [look for look in before if "leader" in look] and 0 < len(after) < len(before)
    page.reload()
    assert marks.evaluate_all(visible) == after, "the address keeps it"
    page.locator("p.kodebog-legend button.of-leader").first.click()
    assert marks.evaluate_all(visible) == before and "?" not in page.url
    evidence = f"{name.partition('notebooks')[0]}notebooks/evidence.html"
    page.goto(f"{evidence}?perspective=leader")
    expect(page.locator("#explorer [name=perspective]")).to_have_value("leader")


@pytest.mark.parametrize("width", [390, 1280])
def test_legend_ladder_and_list_of_findings_are_filtered_as_one(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("notebooks/reproduction.html")
    key, field = page.locator("p.kodebog-legend button.of-leader"), page.locator("#explorer [name=perspective]")
    key.click()
    expect(key).to_have_attribute("aria-pressed", "true")
    expect(field).to_have_value("leader")
    listed = page.locator("#tab-findings tbody tr th").all_text_contents()
    rungs = page.locator("#tab-ladder .kodebog-rung")
    seen = "marks => marks.filter(m => getComputedStyle(m).visibility === 'visible').map(m => m.textContent)"
    assert 0 < len(listed) < 115 and set(rungs.evaluate_all(seen)) == {text.strip() for text in listed}
    onwards = page.locator('#tab-findings a[href*="evidence.html"]').first
    assert "?perspective=leader#E" in onwards.get_attribute("href")
    field.select_option("")
    expect(key).to_have_attribute("aria-pressed", "false")
    assert len(rungs.evaluate_all(seen)) == 115 and "?" not in page.url
    assert "?" not in onwards.get_attribute("href")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_filter_is_chosen_taken_back_and_forgiving(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("notebooks/evidence.html?code=nonsense")
    rows, told = page.locator("#tab-excerpts tbody tr"), page.locator("#explorer [role=status]")
    expect(page.locator("#explorer [name=code]")).to_have_value("")
    expect(rows).to_have_count(29)
    page.locator("#explorer [name=perspective]").select_option("director")
    expect(rows).not_to_have_count(29)
    expect(told).to_have_text(f"{rows.count()} of 29 excerpts shown")
    page.get_by_role("button", name="Show all").click()
    expect(rows).to_have_count(29)
    expect(told).to_have_text("29 of 29 excerpts shown")


def test_the_search_page_has_its_own_field(page):
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto("search.html?q=tillid")
    field = page.get_by_label("Words, English or Danish")
    expect(field).to_have_value("tillid")
    field.fill("barriere")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#search-results li a").first).to_be_visible()


def test_the_experiment_says_what_python_says(page, study):
    """Over every single choice: each excerpt, each perspective, each way to look."""
    page.goto("notebooks/reproduction.html")
    by = "([without, way]) => document.getElementById('experiment').statuses(without, way)"

    def agrees(without, way, expected):
        found = {f: STATUSES[key] for f, key in page.evaluate(by, [without, way]).items()}
        assert found == expected, (without, way)

    rows = finding_evidence(study)
    speaker = study.excerpts.set_index("excerpt")["perspective"]
    for without in ("", *study.excerpts["excerpt"], *study.sample["perspective"]):
        kept = rows[(rows["id"] != without) & (rows["id"].map(speaker).fillna("") != (without or "nobody"))]
        agrees(without, "", finding_status(study, kept).set_index("finding")["status"].to_dict())
    by_way = statuses_by_reading(study).set_index("finding")
    for way in by_way.columns.drop("now"):
        agrees("", way, by_way[way].to_dict())


def test_the_experiment_lists_what_moves(page, study):
    page.goto("notebooks/reproduction.html")
    form = page.locator("#experiment")
    form.locator("[name=without]").select_option("E13")
    expect(form.locator("[role=status]")).to_contain_text("Something else would be said of")
    expect(form.locator("li", has_text="F37")).to_have_text("F37: one side only → the authors' text alone")
    form.locator("li a", has_text="F37").click()
    expect(page.locator("#F37")).to_be_in_viewport()


def test_the_ladder_moves_with_the_experiment_and_back(page, study):
    page.goto("notebooks/reproduction.html")
    ladder, form = page.locator("#tab-ladder"), page.locator("#experiment")
    before = ladder.inner_text()
    form.locator("[name=without]").select_option("employee")
    now = page.evaluate("document.getElementById('experiment').statuses('employee', '')")
    counts = {key: list(now.values()).count(key) for key in now.values()}
    for row in ladder.locator("tbody tr").all():
        head = row.locator("th").inner_text().replace("’", "'")
        key = next(key for key, words in STATUSES.items() if head.startswith(f"{words} ("))
        marks = row.locator(".kodebog-rung").all_inner_texts()
        assert head.startswith(f"{STATUSES[key]} ({counts.get(key, 0)})") and sorted(marks) == sorted(
            f for f, is_ in now.items() if is_ == key
        )
    assert ladder.locator(".kodebog-moved").count() > 0
    form.locator("[name=without]").select_option("")
    assert ladder.inner_text() == before


def test_the_experiment_stands_in_the_address(page):
    page.goto("notebooks/reproduction.html?status=one")
    page.locator("#experiment [name=without]").select_option("employee")
    expect(page).to_have_url(re.compile(r"\?status=one&without=employee$"))
    moved = page.locator("#tab-ladder").inner_text()
    page.reload()
    assert page.locator("#tab-ladder").inner_text() == moved
    expect(page.locator("#explorer [name=status]")).to_have_value("one")


def test_a_link_to_a_finding_opens_its_card(page, study):
    page.goto("notebooks/reproduction.html#F37")
    card = page.locator("tr#F37 details")
    expect(card).to_have_attribute("open", "")
    for words in ("One excerpt shows it, or several from one side.", "Shown by E13 (employee):", "Spoken of in"):
        expect(card).to_contain_text(words)
    assert page.locator("#tab-findings details[open]").count() == 1
    card.get_by_role("link", name="E13").click()
    expect(page.locator("#E13")).to_be_in_viewport()


def test_findings_are_sorted_by_their_strength(page):
    page.goto("notebooks/reproduction.html")
    page.locator("#tab-findings thead th").nth(2).click()
    told = page.locator("#tab-findings tbody tr td:nth-of-type(2)").all_inner_texts()
    places = [list(STATUSES.values()).index(words.strip().replace("’", "'")) for words in told]
    assert places == sorted(places) and len(set(places)) > 4


@pytest.mark.parametrize(
    ("name", "summary"), [("book/brief.html", "What is said"), ("da/book/brief.html", "Hvad der siges")]
)
def test_a_line_of_the_brief_opens_what_is_said(page, study, name, summary):
    page.goto(name)
    line = page.locator("article li:has(a[href$='#F36'])").first
    line.get_by_text(summary).click()
    said = line.locator("details li").all_inner_texts()
    marks = line.locator(".kodebog-voice").all_inner_texts()
    assert [words.split(" ")[0] for words in said] == list(dict.fromkeys(marks)) and len(said) > 3


def test_a_long_table_opens_when_it_is_asked_for(page):
    page.goto("notebooks/reproduction.html")
    table = page.locator("#tab-robustness")
    expect(table).to_be_hidden()
    page.locator("summary", has_text=re.compile(r"^Table \d+ .*whichever excerpt")).click()
    expect(table).to_be_visible()


def test_excerpts_can_be_filtered_shared_and_taken_away(page, study):
    page.goto("notebooks/evidence.html")
    rows = page.locator("#tab-excerpts tbody tr:visible")
    status = page.get_by_role("status")
    total = len(study.excerpts)
    expect(rows).to_have_count(total)
    directors = study.excerpts.loc[study.excerpts["perspective"] == "director", "excerpt"].tolist()
    page.get_by_label("Perspective").select_option("director")
    expect(rows).to_have_count(len(directors))
    expect(status).to_have_text(f"{len(directors)} of {total} excerpts shown")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download what is shown").click()
    table = list(csv.reader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8-sig"))))
    assert [row[0] for row in table[1:]] == directors
    page.reload()
    expect(page.get_by_label("Perspective")).to_have_value("director")
    expect(rows).to_have_count(len(directors))
    page.get_by_role("button", name="Show all").click()
    expect(rows).to_have_count(total)
    page.get_by_label("Words, English or Danish").fill("HAVNENE")
    harbours = (study.excerpts["case"] == "harbours").sum()
    expect(rows).to_have_count(int(harbours))
    page.get_by_label("Words, English or Danish").fill("no such words")
    expect(status).to_have_text(f"0 of {total} excerpts shown")


def test_a_link_to_a_hidden_excerpt_shows_it(page):
    page.goto("notebooks/evidence.html?perspective=director")
    page.evaluate("location.hash = '#E29'")
    expect(page.locator("#E29")).to_be_in_viewport()


@pytest.mark.parametrize("address", ["notebooks/evidence.html#E17", "notebooks/reproduction.html#F52"])
def test_a_deep_link_leads_to_its_row_and_marks_it(page, address):
    page.goto(address)
    row = page.locator(f"tr#{address[-3:]}")
    expect(row).to_be_in_viewport()
    assert row.evaluate("row => getComputedStyle(row).outlineStyle") == "solid"


def test_a_finding_leads_to_its_excerpt_and_back(page):
    page.goto("book/brief.html")
    page.get_by_role("link", name="F52").first.click()
    expect(page).to_have_url(re.compile("reproduction.html#F52"))
    page.locator("tr#F52").get_by_role("link", name=re.compile(r"E\d\d")).first.click()
    expect(page).to_have_url(re.compile(r"evidence.html#E\d\d"))


def test_marks_of_a_figure_are_links(page):
    page.goto("notebooks/method.html")
    mark = page.locator("figure.kodebog-figure svg a").first
    name = mark.get_attribute("aria-label")
    mark.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"evidence.html#{name}"))


def test_code_unfolds_with_mouse_and_keyboard(page):
    page.goto("notebooks/practices.html")
    fold = page.locator("details.hide").nth(1)
    code = fold.locator("pre")
    expect(code).to_be_hidden()
    fold.locator("summary").click()
    expect(code).to_be_visible()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(code).to_be_hidden()


def test_dark_and_light_are_kept_from_page_to_page(page):
    background = "getComputedStyle(document.body).backgroundColor"
    page.goto("index.html")
    light = page.evaluate(background)
    page.locator(".theme-toggle:visible").click()
    dark = page.evaluate(background)
    assert dark != light
    page.goto("notebooks/method.html")
    assert page.evaluate(background) == dark
    inks = "[...document.querySelectorAll('figure svg')].map(svg => getComputedStyle(svg).color)"
    assert page.evaluate(inks) != ["rgb(0, 0, 0)"] * len(page.evaluate(inks))


def test_a_reader_who_prefers_dark_gets_it(browser, served):
    context = browser.new_context(color_scheme="dark", base_url=served.url)
    page = context.new_page()
    page.goto("index.html")
    red, green, blue = map(
        int, re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor"))[:3]
    )
    context.close()
    assert max(red, green, blue) < 64


def test_what_can_be_downloaded_comes(page, served):
    page.goto("notebooks/barriers.html")
    starts = {"PDF": b"%PDF", "Notebook": b"{", "Data (CSV)": b""}
    for name, start in starts.items():
        address = page.get_by_role("link", name=name, exact=True).first.evaluate("link => link.href")
        answer = page.request.get(address)
        assert answer.ok and answer.body().startswith(start) and len(answer.body()) > 50
    page.goto("book/reuse.html")
    for name, start in {"The data package": b"PK", "The PDF edition": b"%PDF", "Checksums": b""}.items():
        address = page.get_by_role("link", name=name, exact=True).evaluate("link => link.href")
        assert page.request.get(address).body().startswith(start)


def test_citations_can_be_copied(page):
    page.goto("book/reuse.html#cite")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    block = page.locator(".highlight-bibtex")
    block.hover()
    block.locator("button.copybtn").click()
    expect(block.locator("button.copybtn.success")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@article{agger-tortzen-2022")


FOCUS = """() => { const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e);
  return {name: (e.getAttribute('aria-label') || e.textContent || e.placeholder || '').trim(), tag: e.tagName,
          seen: s.visibility == 'visible' && r.bottom > 0 && r.right > 0 && r.left < innerWidth,
          outline: s.outlineStyle != 'none' && parseFloat(s.outlineWidth) >= 2}; }"""


def test_the_keyboard_reaches_everything_in_the_order_of_reading(page):
    page.goto("notebooks/evidence.html")
    stops = []
    for _ in range(60):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUS))
    assert [stop for stop in stops if not (stop["seen"] and stop["outline"])] == []
    names = [stop["name"] for stop in stops]
    order = ["Skip to content", "Co-creation seen from the front line", "Search", "One page for managers",
             "Excerpts", "Notebook", "Cite", "Show all"]  # fmt: skip
    places = [next(i for i, name in enumerate(names) if name.startswith(wanted)) for wanted in order]
    assert places == sorted(places), list(zip(order, places, strict=True))


def test_skipping_leads_to_the_text(page):
    page.goto("notebooks/method.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('article') !== null")


@pytest.mark.parametrize("width", [320, 640])
def test_the_contents_open_and_close_by_keyboard_on_a_narrow_screen(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("notebooks/method.html")
    link = page.locator(".sidebar-tree").get_by_role("link", name=re.compile("Barriers$"))
    expect(link).to_be_hidden()
    box = page.locator("#__navigation")
    for _ in range(3):
        page.keyboard.press("Tab")
        if box.evaluate("box => box === document.activeElement"):
            break
    else:
        pytest.fail("the keyboard does not reach the contents")
    icon = page.locator(".nav-overlay-icon .icon")
    assert icon.evaluate("icon => getComputedStyle(icon).outlineStyle") == "solid"
    page.keyboard.press("Space")
    expect(link).to_be_visible()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Space")
    expect(link).to_be_hidden()


def test_a_table_on_a_phone_is_cards_with_their_heads(page):
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto("notebooks/practices.html")
    cell = page.locator("#tab-typology tbody td").first
    head = cell.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert head.strip('"') == cell.get_attribute("data-head") != ""
    assert page.locator("#tab-typology").evaluate("table => table.scrollWidth <= table.parentElement.clientWidth + 1")


def test_tables_keep_their_heads_for_screen_readers(page):
    page.goto("notebooks/practices.html")
    tree = page.locator("#tab-typology").aria_snapshot()
    assert re.search(r"columnheader", tree) and re.search(r"rowheader", tree) and "caption" in tree


def test_print_shows_the_text_alone(page):
    page.goto("notebooks/barriers.html")
    page.emulate_media(media="print")
    for hidden in (".sidebar-drawer", ".toc-drawer", ".kodebog-tools", ".related-pages", "details.hide"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("article table").first).to_be_visible()


@pytest.mark.parametrize("folder", ["", "da/"])
def test_the_brief_is_one_printed_page(page, folder):
    page.goto(f"{folder}book/brief.html")
    with pikepdf.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as printed:
        assert len(printed.pages) == 1


@pytest.mark.parametrize("place", ["#F36", "#what-is-printed-for-a-finding-by-rule", "?status=one"])
def test_the_switch_keeps_the_place(page, served, place):
    page.goto(f"notebooks/reproduction.html{place}")
    page.locator("a.kodebog-switch").click()
    expect(page).to_have_url(f"{served.url}da/notebooks/reproduction.html{place}")
    if place.startswith("#"):
        expect(page.locator(f"[id='{place[1:]}']")).to_be_in_viewport()
    page.locator("a.kodebog-switch").click()
    expect(page).to_have_url(f"{served.url}notebooks/reproduction.html{place}")


def test_a_danish_browser_is_offered_danish_by_a_link_and_not_sent_there(browser, served):
    for language, said in (("da-DK", "Læs bogen på dansk"), ("en-GB", "Dansk"), ("de", "Dansk")):
        context = browser.new_context(base_url=served.url, locale=language)
        page = context.new_page()
        page.goto("index.html")
        expect(page.locator("a.kodebog-switch")).to_have_text(said, use_inner_text=True)
        assert page.url == f"{served.url}index.html"
        context.close()


def test_the_offer_of_another_language_moves_nothing(browser, served):
    context = browser.new_context(base_url=served.url, locale="en-GB", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.route("**/*.woff2", lambda route: route.abort())  # the reader's own typeface may need a line more
    page.add_init_script(SHIFTS)
    page.goto("da/notebooks/roles.html", wait_until="networkidle")
    expect(page.locator("a.kodebog-switch")).to_have_text("Read this book in English", use_inner_text=True)
    assert page.evaluate("window.shifted") < 0.001
    context.close()


@pytest.mark.parametrize(
    ("words", "leads_to"),
    [
        ("råderummet", "da/book/glossary.html"),
        ("besparelse", "da/notebooks/barriers.html"),
        ("grænsekrydser", "da/book/glossary.html"),
    ],
)
def test_the_danish_search_finds_other_forms_of_a_word(page, served, words, leads_to):
    page.goto(f"da/search.html?q={words}")
    results = page.locator("#search-results li a")
    expect(results.first).to_be_visible()
    expect(page.locator(".search-summary")).to_contain_text("Antal steder")
    addresses = results.evaluate_all("links => links.map(link => link.href)")
    assert [a for a in addresses if a.startswith(served.url + leads_to)], addresses


def test_filters_and_experiment_speak_danish(page):
    page.goto("da/notebooks/evidence.html")
    status = page.locator("#explorer [role=status]")
    expect(status).to_have_text("29 af 29 citater vises")
    page.get_by_label("Perspektiv").select_option("director")
    expect(status).to_have_text("2 af 29 citater vises")
    page.goto("da/notebooks/reproduction.html")
    form = page.locator("#experiment")
    form.locator("[name=without]").select_option("E13")
    expect(form.locator("[role=status]")).to_contain_text("fund ville få en anden status")
    expect(form.locator("li", has_text="F37")).to_have_text("F37: belagt fra kun én vinkel → kun forfatternes tekst")


def test_a_code_of_an_excerpt_filters_and_its_meaning_is_one_link_away(page):
    page.goto("notebooks/evidence.html?perspective=leader")
    form, meaning = page.locator("#explorer"), page.get_by_role("link", name="What the code means")
    before = page.locator("#tab-excerpts tbody tr").count()
    expect(meaning).to_be_hidden()
    page.locator("#tab-excerpts").get_by_role("link", name="Hands-on leading").first.click()
    expect(page).to_have_url(re.compile(r"evidence\.html\?perspective=leader&code=hands-on$"))
    expect(form.locator("[name=code]")).to_have_value("hands-on")
    expect(form).to_be_in_viewport()
    rows = page.locator("#tab-excerpts tbody tr")
    assert 0 < rows.count() < before
    marked = rows.locator("a[aria-current]")
    assert marked.all_text_contents() == ["Hands-on leading"] * rows.count()
    page.go_back()
    expect(form.locator("[name=code]")).to_have_value("")
    expect(rows).to_have_count(before)
    expect(meaning).to_be_hidden()
    page.go_forward()
    meaning.click()
    expect(page.locator("#code-hands-on")).to_be_in_viewport()


def test_copying_speaks_danish(page):
    page.goto("da/book/reuse.html")
    button = page.locator("button.copybtn").first
    expect(button).to_have_attribute("data-tooltip", "Kopiér")


@pytest.mark.thorough
def test_previous_and_next_lead_through_the_book(page, served):
    page.goto("index.html")
    seen = ["index.html"]
    while page.locator("a.next-page").count():
        page.locator("a.next-page").click()
        page.wait_for_load_state()
        seen.append(page.url.removeprefix(served.url))
    assert sorted(seen) == sorted(set(PAGES) - {"404.html", "search.html"})


def test_a_lost_reader_finds_the_contents(page, served):
    answer = page.goto(served.url + "notebooks/deep/er/nothing.html")
    assert answer.status == 404
    page.complaints.clear()  # the browser notes the 404 itself
    page.get_by_role("link", name="Glossary").click()
    expect(page).to_have_url(served.url + "book/glossary.html")


def test_without_scripts_the_text_and_the_tables_are_there(browser, served, study):
    context = browser.new_context(java_script_enabled=False, base_url=served.url)
    page = context.new_page()
    page.goto("notebooks/evidence.html")
    expect(page.locator("#tab-excerpts tbody tr")).to_have_count(len(study.excerpts))
    expect(page.locator("#explorer")).to_be_hidden()
    context.close()


def test_a_preview_opens_for_pointer_and_keyboard_and_closes_with_escape(page, study):
    gist = study.excerpts.set_index("excerpt").loc["E21", "gist_en"]
    page.goto("notebooks/barriers.html")
    card, link = page.locator("#kodebog-card"), page.locator("article p a[href$='#E21']").first
    expect(card).to_be_hidden()
    link.hover()
    expect(card).to_contain_text(gist)
    assert link.get_attribute("aria-describedby") == "kodebog-card"
    card.hover()  # it stays while the pointer is on it
    page.wait_for_timeout(400)
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.locator("article p a[href$='#E21']").first.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(card).to_be_visible()


def test_a_finding_on_the_same_page_is_shown_from_its_row_also_where_a_filter_hides_that(page, study):
    said = study.findings.set_index("finding").loc["F69", "statement_en"]
    gist = study.excerpts.set_index("excerpt").loc["E27", "gist_en"]
    for query, table in (("", "tab-ladder"), ("?status=alone", "tab-robustness")):
        page.goto(f"notebooks/reproduction.html{query}")
        page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
        page.locator(f"#{table} a[href$='#F69']").first.hover()
        card = page.locator("#kodebog-card")
        expect(card.locator("strong")).to_have_text("F69 · a voice against it")
        expect(card).to_contain_text(said)
        expect(card).to_contain_text(f"Against it E27 (manager): {gist}")
    expect(page.locator("#F69")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    ("address", "words", "there", "gone"),
    [
        ("notebooks/reproduction.html", "Hjælp og hindring", "F36", "F07"),  # a section, in the other language
        ("notebooks/reproduction.html", "facilitere stedbaseret samarbejde", "F07", "F36"),  # a code
        ("notebooks/reproduction.html", "samarbejde mellem organisationer", "F07", "F36"),  # the statement
        ("notebooks/reproduction.html", "front-line co-creator facilitates", "F07", "F36"),
        ("notebooks/evidence.html", "Stay the course", "E07", "E01"),
        ("notebooks/evidence.html", "hold fast", "E07", "E01"),
        ("notebooks/evidence.html", "havnene", "E01", "E21"),
        ("notebooks/evidence.html", "Harbours", "E07", "E21"),
        ("notebooks/evidence.html", "Leder", "E07", "E02"),
        ("notebooks/reproduction.html", "resources", "F36", "F07"),
        ("notebooks/reproduction.html", "ressourcer", "F36", "F07"),
        ("da/notebooks/reproduction.html", "Help and hindrance", "F36", "F07"),  # English names, which are not shown
        ("da/notebooks/evidence.html", "Harbours", "E07", "E21"),
        ("da/notebooks/reproduction.html", "facilitere stedbaseret samarbejde", "F07", "F36"),
        ("da/notebooks/reproduction.html", "front-line co-creator facilitates", "F07", "F36"),
    ],
)
def test_rows_are_found_by_words_of_both_languages(browser, served, width, address, words, there, gone):
    context = browser.new_context(base_url=served.url, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(address)
    page.locator("#explorer [name=q]").fill(words)
    expect(page.locator(f"table [id={gone}]")).to_have_count(0)
    expect(page.locator(f"table [id={there}]")).to_have_count(1)
    context.close()


def test_words_in_a_fold_choose_no_finding(page):
    page.goto("notebooks/reproduction.html")
    page.locator("#explorer [name=q]").fill("a swap is agreed")  # what an excerpt says that shows F07 and F08
    expect(page.locator("#tab-findings tbody [id^=F]")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_a_preview_stays_inside_the_window(browser, served, width):
    context = browser.new_context(base_url=served.url, viewport={"width": width, "height": 700}, has_touch=width < 800)
    page = context.new_page()
    page.goto("index.html")
    for mark in page.locator("table.kodebog-voices td a").all()[::7]:
        mark.focus()
        mark.dispatch_event("pointerenter", {"pointerType": "mouse"})
        box = page.locator("#kodebog-card").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width, box
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_a_tap_shows_and_a_second_tap_leads_there(browser, served):
    context = browser.new_context(
        base_url=served.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto("index.html")
    mark = page.locator("table.kodebog-voices td a").first
    mark.tap()
    expect(page.locator("#kodebog-card")).to_be_visible()
    assert page.url.endswith("index.html")
    mark.tap()
    page.wait_for_url("**/notebooks/evidence.html#E*")
    context.close()


@pytest.mark.parametrize("edition", ["", "da/"])
@pytest.mark.parametrize(("width", "height"), [(320, 568), (390, 844)])
def test_a_manager_on_a_phone_sees_the_message_and_the_way_in(browser, served, width, height, edition):
    language = "da-DK" if edition else "en-GB"
    context = browser.new_context(base_url=served.url, viewport={"width": width, "height": height}, locale=language)
    page = context.new_page()
    page.goto(f"{edition}index.html")
    way = page.locator(".kodebog-ways a").first.bounding_box()
    assert way["y"] + way["height"] <= height, "the way to the brief is below the fold"
    message = page.locator(".kodebog-lead").bounding_box()
    assert message["y"] + message["height"] < way["y"]
    context.close()


def test_marks_tell_who_speaks(page, study):
    page.goto("index.html")
    marks = page.locator("table.kodebog-voices .kodebog-voice")
    speakers = study.excerpts.set_index("excerpt")["perspective"]
    shown = marks.evaluate_all("all => all.map(m => [m.textContent, m.className])")
    assert len(shown) > 30
    for text, classes in shown:
        assert "of-" + speakers[text.partition(",")[0]] in classes.split()
    crossed = [text for text, classes in shown if "against" in classes]
    assert sorted(crossed) == ["E27, against", "E29, against"]


def test_code_stands_below_what_it_shows(page):
    page.goto("notebooks/barriers.html")
    table = page.locator("#tab-barrier").bounding_box()["y"]
    folds = page.locator("article details.hide")
    assert all(fold.bounding_box()["y"] > table for fold in folds.all())
    assert folds.last.locator("summary").inner_text() == "Set-up code of this page"
