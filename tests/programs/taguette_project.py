"""Runs in Taguette's own environment: writes a project as Taguette keeps it, and what Taguette exports of it.

All of it is made up. Prints what Taguette itself takes each highlight to hold, a line each.
"""

import sys
from pathlib import Path

from taguette import convert, database, export, extract
from taguette.database import models

TEXT = "Made up: blåbær 🙂 & cake\nthen more, and time"
HTML = "<p>Made up: <b>blåbær</b> 🙂 &amp; cake</p>\n<p>then more, and time</p>"
TAGS = {"food": "", "food.berry": "Said of berries", "time": ""}
HIGHLIGHTS = {"blåbær": ["food.berry"], "🙂 & cake": ["food", "time"], "then more": ["time"]}

folder = Path(sys.argv[1])
session = database.connect(f"sqlite:///{folder / 'project.sqlite3'}")()
session.add(models.User(login="anna"))
project = models.Project(name="Made up", description="")
document = models.Document(
    name="first", description="", filename="first.html", project=project,
    text_direction=models.TextDirection.LEFT_TO_RIGHT, contents=HTML,
)  # fmt: skip
session.add(document)
session.flush()
tags = {path: models.Tag(project_id=project.id, path=path, description=told) for path, told in TAGS.items()}
session.add_all(tags.values())
session.flush()
for words, given in HIGHLIGHTS.items():
    start = len(TEXT[: TEXT.index(words)].encode())
    end = start + len(words.encode())
    snippet = extract.extract(HTML, start, end)
    highlight = models.Highlight(
        document=document, start_offset=start, end_offset=end, snippet=snippet, tags=[tags[path] for path in given]
    )
    session.add(highlight)
    session.flush()
    session.add(models.Command.highlight_add("anna", document, highlight, [tags[path].id for path in given]))
    print(convert.html_to_plaintext(snippet))
session.commit()
with (folder / "highlights.csv").open("w", encoding="utf-8", newline="") as file:
    export.highlights_csv(session, project.id, "", file)
with (folder / "codebook.qdc").open("w", encoding="utf-8") as file:
    export.codebook_xml(list(tags.values()), file)
