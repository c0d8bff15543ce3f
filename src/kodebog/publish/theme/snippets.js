/* Shows, below each page that the search finds, where it says the words. What the pages say stands before it: nothing is
   asked for, and it works from a folder. Not only pages are found, so Sphinx's word for it is put right. */
Documentation.TRANSLATIONS["Search finished, found ${resultCount} page(s) matching the search query."] ??= "Places found: ${resultCount}.";

document.addEventListener("DOMContentLoaded", () => {
  const list = document.getElementById("search-results");
  const asked = new URLSearchParams(location.search).get("q") ?? "";
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  if (!list || !words.length) return;
  const around = 120;

  const snippet = (text) => {
    const low = text.toLowerCase();
    const at = (word) => (low.indexOf(word) < 0 && word.length > 4 ? at(word.slice(0, -1)) : low.indexOf(word)); // by its stem
    const found = words.map(at).filter((place) => place >= 0);
    const from = Math.max(0, Math.min(...found, Infinity) - around);
    const begin = found.length && from ? text.indexOf(" ", from) + 1 : 0;
    const end = text.length > begin + 2 * around ? text.lastIndexOf(" ", begin + 2 * around) : text.length;
    return `${begin ? "… " : ""}${text.slice(begin, end)}${end < text.length ? " …" : ""}`;
  };

  const marked = (text) => {
    const letters = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
    return text.split(new RegExp(`(${letters})`, "i")).map((part, n) => (n % 2 ? Object.assign(document.createElement("mark"), { textContent: part }) : part));
  };

  const tell = (entry) => {
    const link = entry.querySelector("a");
    const said = kodebogTexts[link?.getAttribute("href").split("#")[0]];
    if (!said || entry.querySelector("span, p")) return;
    const line = document.createElement("p");
    line.className = "context";
    line.append(...marked(snippet(said)));
    entry.append(line);
  };

  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.tagName === "LI") tell(node);
  }).observe(list, { childList: true, subtree: true });
  list.querySelectorAll("li").forEach(tell); // the first may be there already
});
