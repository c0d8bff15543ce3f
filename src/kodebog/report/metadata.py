"""What the project says of itself to machines.

The sources are CITATION.cff for who and which version, `datapackage.json` for the data, `pyproject.toml` for the code.
Made of them: `codemeta.json` and `ro-crate-metadata.json` (`kodebog metadata` writes both), the JSON-LD of the landing
page, BibTeX and APA.
"""

from __future__ import annotations

import datetime
import functools
import json
import tomllib
from pathlib import Path
from typing import Any

from kodebog import __version__, paths
from kodebog.edition import CODE, _, babel_locale, language, noop
from kodebog.report.wording import known, lang
from kodebog.settings import read_settings
from kodebog.study.package import datapackage

CRATE = paths.ROOT / "ro-crate-metadata.json"
CODEMETA = paths.ROOT / "codemeta.json"
LICENCES = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "MIT": "https://spdx.org/licenses/MIT",
}


@functools.cache
def citation() -> dict[str, Any]:
    """Return CITATION.cff."""
    about = read_settings(paths.ROOT / "CITATION.cff", "title", "abstract", "authors", "version")
    about["abstract"] = " ".join(about["abstract"].split())
    return about


def article() -> dict[str, Any] | None:
    """Return the article that the report is about; none where it is about interviews of one's own."""
    works: list[dict[str, Any]] = citation().get("references") or []
    return works[0] if works else None


UNSAID = (noop("Not said yet"), noop("No licence chosen yet"))
"""What stands for author and licence where nobody has said them, as `kodebog.study.questions` has it."""
RESERVED = noop("All rights reserved")
"""A licence that owners may choose, and that is not called by a name of its own."""


def licence() -> str:
    """Return under what text and data may be used, in words."""
    if article():
        return _("Text and data CC BY 4.0, code MIT")
    return known(str(datapackage(paths.study())["licenses"][0]["title"]))


def book_title() -> str:
    """Return the title of the book; that of a private copy says so."""
    title = known(citation()["title"])
    return _("Private copy: {title}").format(title=title) if paths.PRIVATE else title


def package_name(study: Path) -> str:
    """Return the file name under which a study is downloaded."""
    about = datapackage(study)
    return f"{about['name']}-{about['version']}.zip"


def released() -> datetime.date:
    """Return the day of release."""
    day: datetime.date = citation()["date-released"]
    return day


def author() -> str:
    """Return who made this report."""
    first = citation()["authors"][0]
    return known(first.get("name") or f"{first.get('given-names', '')} {first.get('family-names', '')}".strip())


def bibtex() -> str:
    """Return BibTeX entries for the article, if any, and for this report."""
    about, work = citation(), article()
    entry = ""
    if work:
        people = " and ".join(f"{a['family-names']}, {a['given-names']}" for a in work["authors"])
        day = work["date-published"]
        note = _("Research article, published {day}").format(day=_day(day))
        entry = (
            f"@article{{{_key(work)},\n"
            f"  author  = {{{people}}},\n"
            f"  title   = {{{work['title']}}},\n"
            f"  journal = {{{work['journal']}}},\n"
            f"  year    = {{{work['year']}}},\n"
            f"  note    = {{{note}}}\n"
            "}\n\n"
        )
    note = _("Reproducible research report, version {version}").format(version=about["version"])
    return (
        f"{entry}@misc{{{'kodebog' if work else datapackage(paths.study())['name']}-{released().year},\n"
        f"  author  = {{{{{author()}}}}},\n"
        f"  title   = {{{known(about['title'])}}},\n"
        f"  year    = {{{released().year}}},\n"
        f"  note    = {{{note}}}\n"
        "}"
    )


def _day(day: datetime.date) -> str:
    """A day as the language of the edition writes it out."""
    if language() == CODE:
        return f"{day.day} {day:%B} {day.year}"
    from babel.dates import format_date  # noqa: PLC0415 - an English edition does without

    return str(format_date(day, "long", locale=babel_locale()))


def _key(work: dict[str, Any]) -> str:
    names = [a["family-names"].lower() for a in work["authors"]]
    return "-".join([*names, str(work["year"])])


def apa() -> list[str]:
    """Return the references in APA style, as Markdown: the article, if any, then this report."""
    about, work = citation(), article()
    found = []
    if work:
        people = ", & ".join(f"{a['family-names']}, {a['given-names']}" for a in work["authors"])
        day = work["date-published"]
        when = f"{day:%B} {day.day}" if language() == CODE else _day(day).removesuffix(f" {day.year}")
        found = [f"{people} ({work['year']}, {when}). {work['title']}. *{work['journal']}*."]
    return [
        *found,
        f"{author()}. ({released().year}). *{known(about['title'])}* "
        + _("(Version {version}) [Reproducible research report and data set].").format(version=about["version"]),
    ]


def _article(work: dict[str, Any]) -> dict[str, Any]:
    return {
        "@id": "#article",
        "@type": "ScholarlyArticle",
        "name": work["title"],
        "headline": work["title"],
        "author": [
            {
                "@type": "Person",
                "name": f"{a['given-names']} {a['family-names']}",
                "givenName": a["given-names"],
                "familyName": a["family-names"],
            }
            for a in work["authors"]
        ],
        "datePublished": str(work["date-published"]),
        "inLanguage": work["languages"][0],
        "isPartOf": {"@type": "WebSite", "name": work["journal"]},
    }


def _project() -> dict[str, Any]:
    return {"@id": "#project", "@type": "Organization", "name": author()}


def schema_org(study: Path, address: str) -> dict[str, Any]:
    """Return schema.org JSON-LD of the report, its data and the article; `address` is the book's, or empty."""
    about, data, work = citation(), datapackage(study), article()
    common = {
        "creator": {"@id": "#project"},
        "datePublished": str(released()),
        "version": about["version"],
        "keywords": [known(word) for word in about["keywords"]],
        **({"isBasedOn": {"@id": "#article"}, "license": LICENCES["CC-BY-4.0"]} if work else {"license": licence()}),
        "isAccessibleForFree": True,
    }
    report = {
        "@id": "#report",
        "@type": "ScholarlyArticle" if work else "Report",
        "name": known(about["title"]),
        "headline": known(about["title"]),
        "abstract": known(about["abstract"]),
        "author": {"@id": "#project"},
        "inLanguage": language(),
        "encoding": {
            "@type": "MediaObject",
            "contentUrl": address + paths.PDF.name,
            "encodingFormat": "application/pdf",
        },
        **common,
    }
    dataset = {
        "@id": "#data",
        "@type": "Dataset",
        "name": data.get(f"title_{lang()}", data["title"]),
        "description": data.get(f"description_{lang()}", data["description"]),
        "isPartOf": {"@id": "#report"},
        **({"inLanguage": ["en", "da"]} if work else {}),
        "distribution": {
            "@type": "DataDownload",
            "contentUrl": address + package_name(study),
            "encodingFormat": "application/zip",
        },
        **common,
    }
    if address:
        report["url"] = dataset["url"] = address
    graph = [report, dataset, *([_article(work)] if work else []), _project()]
    return {"@context": "https://schema.org", "@graph": graph}


def script_safe(content: dict[str, Any]) -> str:
    """Return JSON that can stand in a script element."""
    return json.dumps(content, ensure_ascii=False, indent=1).replace("<", "\\u003c")


def codemeta() -> dict[str, Any]:
    """Return CodeMeta 3.0 of the code."""
    about = citation()
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "@context": "https://w3id.org/codemeta/3.0",
        "@type": "SoftwareSourceCode",
        "name": project["name"],
        "description": project["description"],
        "version": __version__,
        "datePublished": str(released()),
        "author": [{"@type": "Organization", "name": a["name"]} for a in about["authors"]],
        "license": LICENCES["MIT"],
        "programmingLanguage": {"@type": "ComputerLanguage", "name": "Python"},
        "runtimePlatform": f"Python {project['requires-python']}",
        "softwareRequirements": [*project["dependencies"], *project["optional-dependencies"]["book"]],
        "keywords": about["keywords"],
        "referencePublication": {k: v for k, v in _article(citation()["references"][0]).items() if k != "@id"},
    }


def ro_crate() -> dict[str, Any]:
    """Return RO-Crate 1.1 metadata of the whole project: data, notebooks, code, and what they are about."""
    about, data = citation(), datapackage(paths.DATA)
    tables = [
        {
            "@id": f"data/{r['path']}",
            "@type": "File",
            "name": r["title"],
            "description": r["description"],
            "encodingFormat": r["mediatype"],
        }
        for r in data["resources"]
    ]
    descriptor = {
        "@id": "data/datapackage.json",
        "@type": "File",
        "name": "Descriptor of the data package",
        "encodingFormat": "application/json",
    }
    notebooks = [
        {
            "@id": str(path.relative_to(paths.ROOT)),
            "@type": ["File", "SoftwareSourceCode"],
            "name": _title(path),
            "encodingFormat": "application/x-ipynb+json",
            "programmingLanguage": {"@id": "https://www.python.org/"},
        }
        for path in sorted(paths.NOTEBOOKS.glob("*.ipynb"))
    ]
    licences = [{"@id": url, "@type": "CreativeWork", "name": name} for name, url in LICENCES.items()]
    package = {
        "@id": "src/kodebog/",
        "@type": "Dataset",
        "name": "kodebog",
        "description": codemeta()["description"],
        "license": {"@id": LICENCES["MIT"]},
    }
    study = {
        "@id": "data/",
        "@type": "Dataset",
        "name": data["title"],
        "description": data["description"],
        "version": data["version"],
        "license": {"@id": LICENCES["CC-BY-4.0"]},
        "isBasedOn": {"@id": "#article"},
        "hasPart": _ids([descriptor, *tables]),
    }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": about["title"],
        "description": about["abstract"],
        "version": about["version"],
        "datePublished": str(released()),
        "author": {"@id": "#project"},
        "publisher": {"@id": "#project"},
        "license": {"@id": LICENCES["CC-BY-4.0"]},
        "keywords": about["keywords"],
        "isBasedOn": {"@id": "#article"},
        "hasPart": _ids([study, *notebooks, package]),
    }
    head = {
        "@id": CRATE.name,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }
    python = {"@id": "https://www.python.org/", "@type": "ComputerLanguage", "name": "Python"}
    article = _article(citation()["references"][0])
    people = [{"@id": f"#{a['familyName'].lower()}", **a} for a in article["author"]]
    site = {"@id": f"#{article['isPartOf']['name']}", **article["isPartOf"]}
    article |= {"author": _ids(people), "isPartOf": {"@id": site["@id"]}}
    graph = [head, root, study, descriptor, *tables, *notebooks, package, article, *people, site, _project(), python]
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": [*graph, *licences]}


def _ids(entities: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"@id": entity["@id"]} for entity in entities]


def _title(notebook: Path) -> str:
    first = json.loads(notebook.read_text(encoding="utf-8"))["cells"][0]["source"]
    line = "".join(first).splitlines()[0]
    return line.removeprefix("# ").strip()


def files() -> dict[Path, str]:
    """Return the metadata files that stand in the project, with the content that they should have."""
    made = {CODEMETA: codemeta(), CRATE: ro_crate()}
    return {path: json.dumps(content, ensure_ascii=False, indent=2) + "\n" for path, content in made.items()}
