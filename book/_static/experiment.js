/* What would be said of the findings if something were left out: the rules of kodebog.analysis.ledger, on the page's own
   data. A test holds this against Python over every single choice. */
document.addEventListener("DOMContentLoaded", () => {
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

  const before = form.statuses("", "");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    const now = form.statuses(form.without.value, form.way.value);
    const moved = Object.keys(now).filter((id) => now[id] !== before[id]);
    told.textContent = `Something else would be said of ${moved.length} of ${Object.keys(now).length} findings.`;
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
  });
});
