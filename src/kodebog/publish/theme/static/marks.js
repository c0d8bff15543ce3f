/* The legend of a picture shows the marks of one speaker alone. Who stands in the address, by the name that the filters of
   excerpts and findings have too, so that a view can be shared; links to these pages take it along. Where such a filter
   stands on the page, the legend is another way to set it. */
(() => {
  const who = (mark) => [...mark.classList].find((name) => name.startsWith("of-"))?.slice("of-".length);
  const marks = [...document.querySelectorAll("article .kodebog-voice")];

  const keys = [...document.querySelectorAll("p.kodebog-legend .kodebog-key")].filter(who).map((key) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = key.className;
    button.ariaPressed = "false";
    button.append(...key.childNodes);
    key.replaceWith(button);
    return button;
  });

  const filter = document.getElementById("explorer");
  const onwards = filter ? [] : [...document.querySelectorAll('article a[href*="evidence"], article a[href*="reproduction"]')];

  let shown = null;
  const show = (speaker) => {
    if (speaker === shown) return;
    shown = speaker;
    for (const link of onwards) if (!link.search || link.search.startsWith("?perspective=")) link.search = speaker ? `?perspective=${speaker}` : "";
    for (const mark of marks) mark.closest("a").classList.toggle("kodebog-out", Boolean(speaker) && who(mark) !== speaker);
    for (const key of keys) key.ariaPressed = String(who(key) === speaker);
  };

  for (const key of keys) {
    key.addEventListener("click", () => {
      if (filter) {
        filter.perspective.value = filter.perspective.value === who(key) ? "" : who(key);
        filter.dispatchEvent(new Event("input"));
        return;
      }
      const query = new URLSearchParams(location.search);
      if (query.get("perspective") === who(key)) query.delete("perspective");
      else query.set("perspective", who(key));
      history.replaceState(null, "", (query.size ? `?${query}` : location.pathname) + location.hash);
      show(query.get("perspective"));
    });
  }

  const asked = () => {
    const speaker = new URLSearchParams(location.search).get("perspective");
    show(keys.some((key) => who(key) === speaker) ? speaker : null);
  };
  asked();
  filter?.addEventListener("filtered", asked);
})();
