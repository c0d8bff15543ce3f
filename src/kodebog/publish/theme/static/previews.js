/* A card beside the link to an excerpt, a finding, a reference or a term, with what stands there. It opens for the pointer, the keyboard and a
   tap (a second tap follows the link), stays while the pointer is on it, and closes with Escape. */
(() => {
  const data = document.getElementById("kodebog-previews");
  if (!data) return;
  const known = JSON.parse(data.textContent);
  const card = document.createElement("div");
  card.id = "kodebog-card";
  card.setAttribute("role", "tooltip");
  card.hidden = true;
  document.body.append(card);
  let link = null;
  let leaving = 0;

  const part = (name, text) => {
    const element = document.createElement(name);
    element.textContent = text;
    return element;
  };

  const hide = () => {
    clearTimeout(leaving);
    card.hidden = true;
    link?.removeAttribute("aria-describedby");
    link = null;
  };

  // What a finding's row on this page says is not said again in the data; a filter may take the row out of the page.
  const folds = [...document.querySelectorAll("tr > td > .kodebog-more")];
  const rows = new Map(folds.map((fold) => [fold.closest("tr").id, fold]));
  const words = (element) => element.textContent.replace(/\s+/g, " ").trim();
  const ofRow = (id) => {
    const fold = rows.get(id);
    if (!fold) return undefined;
    const status = fold.parentElement.nextElementSibling;
    const more = [...fold.querySelectorAll("p")].map(words);
    return { head: `${id} · ${words(status)}`, text: words(fold.parentElement.firstElementChild), more };
  };

  const about = (target) => {
    const id = target.hash.slice(1);
    return known[id] ?? known[target.pathname?.split("/").pop() + target.hash] ?? ofRow(id);
  };

  const show = (target) => {
    const { head, text, more, lang } = about(target);
    hide();
    link = target;
    card.replaceChildren(part("strong", head), Object.assign(part("p", text), { lang: lang ?? "" }));
    card.append(...more.map((line) => part("small", line)));
    card.hidden = false;
    const place = target.getBoundingClientRect();
    const margin = 12;
    const room = document.documentElement.clientWidth;
    card.style.maxHeight = "";
    card.style.width = `${Math.min(360, room - 2 * margin)}px`;
    const left = Math.max(margin, Math.min(place.left, room - card.offsetWidth - margin));
    const [above, under] = [place.top - 18, innerHeight - place.bottom - 18];
    const below = card.offsetHeight <= under || under >= above;
    card.style.maxHeight = `${Math.max(96, below ? under : above)}px`; // it scrolls where it does not fit
    card.style.left = `${left + scrollX}px`;
    card.style.top = `${(below ? place.bottom + 6 : place.top - card.offsetHeight - 6) + scrollY}px`;
    target.setAttribute("aria-describedby", card.id);
  };

  const leave = () => {
    clearTimeout(leaving);
    leaving = setTimeout(hide, 250);
  };
  const stay = () => clearTimeout(leaving);

  const linkAt = (element) => {
    const found = element.closest?.("article a[href]");
    return found?.hash && about(found) ? found : null;
  };
  // One listener for all links of the page; a pointer enters a link, and leaves it, also across what stands in it.
  const crossing = (act) => (event) => {
    const target = event.pointerType === "mouse" && linkAt(event.target);
    if (target && !target.contains(event.relatedTarget)) act(target);
  };
  document.addEventListener("pointerover", crossing(show));
  document.addEventListener("pointerout", crossing(leave));
  document.addEventListener("focusin", ({ target }) => target.matches?.(":focus-visible") && linkAt(target) && show(target));
  document.addEventListener("focusout", ({ target }) => linkAt(target) && leave());
  document.addEventListener("click", (event) => {
    const target = linkAt(event.target);
    if (target && matchMedia("(hover: none)").matches && link !== target) {
      event.preventDefault();
      show(target);
    }
  });
  card.addEventListener("pointerenter", stay);
  card.addEventListener("pointerleave", leave);
  addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("pointerdown", (event) => {
    if (link && !card.contains(event.target) && !link.contains(event.target)) hide();
  });
})();
