/* The switch between editions keeps the place on the page: addresses there are the same in each. To a browser whose first
   language is that of another edition, the switch says so in that language. */
addEventListener("click", (event) => {
  const link = event.target.closest?.("a.kodebog-switch");
  if (link) link.href = link.href.split(/[?#]/)[0] + location.search + location.hash;
});
const offered = `a.kodebog-switch[hreflang="${CSS.escape(navigator.language.split("-")[0])}"]`;
const offers = new CSSStyleSheet(); // said in style, before anything is drawn, so that nothing moves afterwards
offers.replaceSync(`${offered} > :not([hidden]) { display: none } ${offered} > [hidden] { display: inline }`);
document.adoptedStyleSheets.push(offers);
