/* Filters for the tables of excerpts and findings. Without JavaScript the table stands as it is.
   Filters combine, and stand in the address, so that a view can be shared. Scripts stand below all that they work on. */
const kodebogAddress = {
  read(fields) {
    const asked = new URLSearchParams(location.search);
    for (const field of fields) {
      field.value = asked.get(field.name) ?? "";
      if (field.selectedIndex < 0) field.selectedIndex = 0; // what is not there to choose is not chosen
    }
  },
  write(fields, hash, how = "replaceState") {
    const query = new URLSearchParams(location.search); // which may also say what another form of the page holds
    for (const field of fields) field.value ? query.set(field.name, field.value) : query.delete(field.name);
    history[how](null, "", (query.size ? `?${query}` : location.pathname) + hash);
  },
};

/* DataTables filters and sorts. It is heavy, and comes when it is first needed: at once where heads can be sorted by, and
   on a phone with the first filter. */
const kodebogTables = () =>
  new Promise((loaded, failed) => {
    const src = document.getElementById("kodebog-library").href;
    document.head.append(Object.assign(document.createElement("script"), { src, onload: loaded, onerror: failed }));
  });

(async () => {
  const form = document.getElementById("explorer");
  const table = form && document.getElementById(form.dataset.table);
  if (!table) return;
  const status = form.querySelector("[role=status]");
  const fields = [...form.elements].filter((field) => field.name);
  const meaning = form.querySelector("[data-meaning]");
  const head = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const fold = (text) => text.normalize("NFC").toLowerCase();

  // A code of a row leads to the rows with that code; what it means is one link from there.
  const meanings = {};
  const codes = "filters" in form.dataset && form.code ? [...table.querySelectorAll('a[href*="#code-"]')] : [];
  for (const link of codes) {
    const code = link.hash.slice("#code-".length);
    meanings[code] = link.href;
    link.href = `?code=${code}`;
    link.dataset.code = code;
  }

  // Links to the other page of rows, and to other pages of these, take the filters along; the ladder shows whom they leave.
  const elsewhere = 'article a:is([href*="evidence.html#E"], [href*="reproduction.html#F"])';
  const onwards = [...form.querySelectorAll("[data-page]"), ...document.querySelectorAll(elsewhere)];
  const ladder = [...document.querySelectorAll("#tab-ladder .kodebog-rung")];

  const widths = [...table.querySelectorAll("col")].map((col) => ({ width: col.getAttribute("width") }));
  const columnDefs = [{ targets: "_all", searchable: false }]; // rows are chosen by `keeps`; their text need not be gathered
  let made, making;
  const sorted = () => (making ??= kodebogTables().then(sort));
  const sort = () => {
    const top = scrollY;
    table.hidden = true; // DataTables asks for widths while it changes the table: in sight, it would be laid out each time
    made = new DataTable(table, { columns: widths.length ? widths : null, columnDefs, paging: false, info: false, order: [], autoWidth: false, layout: { topStart: null, topEnd: null, bottomStart: null, bottomEnd: null }, language: JSON.parse(form.dataset.words) });
    table.hidden = false;
    scrollTo({ top, behavior: "instant" });
    made.search.fixed("explorer", (_text, _data, index) => keeps(made.row(index).node()));
  };

  // Words are looked for in what a row says, folds aside, in what filters call it, and in its text in the other language.
  const choices = fields.filter((field) => field.options);
  const looked = new Map();
  const saidIn = (row) => {
    if (!looked.has(row)) {
      const called = choices.flatMap(({ name, options }) =>
        [...options].filter(({ value }) => value && row.dataset[name].split(" ").includes(value)).flatMap(({ text, dataset }) => [text, dataset.also]),
      );
      const text = [...[...row.cells].map(withoutFolds), row.dataset.text, ...called].filter(Boolean).join(" ");
      looked.set(row, fold(text.replace(/\s+/g, " ")));
    }
    return looked.get(row);
  };

  const keeps = (row) =>
    fields.every((field) => {
      if (!field.value) return true;
      if (field.name === "q") return saidIn(row).includes(fold(field.value.trim()));
      return row.dataset[field.name].split(" ").includes(field.value);
    });

  const show = async () => {
    await sorted();
    made.draw();
    tell();
  };

  let asked = ""; // what links and marks on the page follow; most pages are opened without a filter
  const chosen = { search: "applied" };
  const rows = (which) => (made ? made.rows(which).nodes().toArray() : [...table.tBodies[0].rows]);

  const tell = () => {
    status.textContent = form.dataset.shown.replace("{n}", rows(chosen).length).replace("{N}", rows().length);
    if (location.search !== asked) {
      asked = location.search;
      for (const page of onwards) page.search = asked;
      const there = new Set(rows(chosen).map((row) => row.id));
      for (const mark of ladder) mark.parentElement.classList.toggle("kodebog-out", !there.has(mark.textContent));
    }
    form.dispatchEvent(new Event("filtered"));
    meaning.hidden = !meanings[form.code?.value];
    if (!meaning.hidden) meaning.href = meanings[form.code.value];
    for (const link of codes) link.ariaCurrent = link.dataset.code === form.code.value ? "true" : null;
  };

  const apply = (hash = "", how) => {
    kodebogAddress.write(fields, hash, how);
    return show();
  };

  // What the address names is shown and opened, also where a filter hides it.
  const reveal = async () => {
    const row = location.hash && rows().find((node) => node.id === location.hash.slice(1));
    if (!row) return;
    row.querySelector("details")?.setAttribute("open", "");
    if (row.isConnected) return;
    fields.forEach((field) => (field.value = ""));
    await apply(location.hash);
    row.scrollIntoView();
  };

  const withoutFolds = (cell) => {
    const copy = cell.cloneNode(true);
    copy.querySelectorAll("details").forEach((fold) => fold.remove());
    return copy.textContent;
  };

  const cellText = (text) => {
    const plain = text.replace(/\s+/g, " ").trim();
    const safe = /^[=+\-@\t\r]/.test(plain) ? "'" + plain : plain; // no cell may be taken for a formula
    return /[",\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
  };

  form.addEventListener("input", () => apply());
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => apply()));
  form.querySelector("[data-download]").addEventListener("click", () => {
    const lines = rows(chosen).map((row) => [...row.cells].map((cell) => cellText(withoutFolds(cell))).join(","));
    const file = new Blob(["\ufeff" + [head.map(cellText).join(","), ...lines].join("\n") + "\n"], { type: "text/csv" });
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: form.dataset.file });
    link.click();
    URL.revokeObjectURL(link.href);
  });
  table.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-code]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    form.code.value = link.dataset.code;
    apply("", "pushState");
    form.scrollIntoView();
    form.code.focus({ preventScroll: true });
  });
  window.addEventListener("hashchange", reveal);
  window.addEventListener("popstate", () => {
    kodebogAddress.read(fields);
    show();
  });

  kodebogAddress.read(fields);
  const wide = matchMedia("(min-width: 46.01rem)"); // where there are heads to sort by
  if (fields.some((field) => field.value)) await show();
  else tell();
  await reveal();
  if (wide.matches) await sorted();
  else wide.addEventListener("change", sorted, { once: true });
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
})();

/* What would be said of the findings if something were left out: the rules of kodebog.analysis.ledger, on the page's own
   data. A test holds this against Python over every single choice. */
(() => {
  const form = document.getElementById("experiment");
  if (!form) return;
  const { statuses, excerpts, findings, lost } = JSON.parse(document.getElementById("kodebog-experiment").textContent);
  const [told, list] = [form.querySelector("[role=status]"), form.querySelector("ul")];

  const twoSides = (shown) => {
    const perspectives = new Set(shown.map((excerpt) => excerpts[excerpt][0]));
    const initiatives = new Set(shown.map((excerpt) => excerpts[excerpt][1]).filter(Boolean));
    return shown.length >= 2 && (perspectives.size >= 2 || initiatives.size >= 2);
  };

  const status = ({ claim, kind, shown, against }) => {
    if (claim !== "content") return "beyond";
    if (kind === "recommendation") return shown.length ? "asked" : "own";
    if (against.length) return "against";
    if (!shown.length) return "alone";
    if (!twoSides(shown)) return "one";
    const left = [...shown, ...new Set(shown.map((excerpt) => excerpts[excerpt][0]))];
    return left.every((out) => twoSides(shown.filter((e) => e !== out && excerpts[e][0] !== out))) ? "robust" : "sides";
  };

  form.statuses = (without, way) => {
    const gone = new Set(lost[way] ?? []);
    const stays = (finding) => (e) => e !== without && excerpts[e][0] !== without && !gone.has(`${finding} ${e}`);
    return Object.fromEntries(
      Object.entries(findings).map(([id, finding]) => {
        const keep = stays(id);
        return [id, status({ ...finding, shown: finding.shown.filter(keep), against: finding.against.filter(keep) })];
      }),
    );
  };

  let before, rungs, marks;
  const begin = () => {
    before = form.statuses("", "");
    rungs = [...document.getElementById("tab-ladder").tBodies[0].rows];
    marks = rungs.flatMap((row) => [...row.querySelectorAll(".kodebog-rung")]).map((mark) => {
      const place = document.createComment("");
      const column = mark.closest("td").cellIndex;
      mark.parentElement.before(place);
      return { mark, place, column };
    });
  };

  const climb = (now) => {
    for (const { mark, place } of marks) {
      place.after(mark.parentElement);
      mark.className = `kodebog-rung ${now[mark.textContent]}`;
    }
    document.querySelectorAll("#tab-ladder .kodebog-moved").forEach((line) => line.remove());
    for (const { mark, column } of marks.filter(({ mark }) => now[mark.textContent] !== before[mark.textContent])) {
      const cell = rungs.find((row) => row.dataset.status === now[mark.textContent]).cells[column];
      const line = cell.querySelector(".kodebog-moved") ?? document.createElement("p");
      if (!line.className) line.append(form.dataset.here, " ");
      line.className = "kodebog-moved";
      line.append(mark.parentElement, " ");
      cell.append(line);
    }
    for (const cell of rungs.flatMap((row) => [...row.cells])) cell.toggleAttribute("data-empty", !cell.textContent.trim());
    for (const row of rungs) {
      const [head, n] = [row.cells[0].firstElementChild, Object.values(now).filter((is) => is === row.dataset.status).length];
      head.textContent = head.textContent.replace(/\d+\)$/, `${n})`);
    }
  };

  const look = () => {
    if (!marks) begin();
    const now = form.statuses(form.without.value, form.way.value);
    const moved = Object.keys(now).filter((id) => now[id] !== before[id]);
    told.textContent = form.dataset.moved.replace("{n}", moved.length).replace("{N}", Object.keys(now).length);
    climb(now);
    list.hidden = !moved.length;
    list.replaceChildren(
      ...moved.map((id) => {
        const [entry, link] = [document.createElement("li"), document.createElement("a")];
        link.href = `#${id}`;
        link.textContent = id;
        entry.append(link, `: ${statuses[before[id]]} → ${statuses[now[id]]}`);
        return entry;
      }),
    );
  };

  const fields = [form.without, form.way];
  kodebogAddress.read(fields);
  if (fields.some((field) => field.value)) look();
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    kodebogAddress.write(fields, location.hash);
    look();
  });
})();
