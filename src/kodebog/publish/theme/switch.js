/* The switch between editions keeps the place on the page: addresses there are the same in each. To a browser whose first
   language is that of another edition, the switch says so in that language. */
addEventListener("click", (event) => {
  const link = event.target.closest?.("a.kodebog-switch");
  if (link) link.href = link.href.split(/[?#]/)[0] + location.search + location.hash;
});
document.addEventListener("DOMContentLoaded", () => {
  for (const link of document.querySelectorAll("a.kodebog-switch[data-offer]")) {
    if (navigator.language.split("-")[0] !== link.lang) continue;
    link.textContent = link.dataset.offer;
    link.classList.add("kodebog-offer");
  }
});
