// Where the text is pointed at, or a claim's number has the focus, the claims there are shown beside it.
"use strict";

const tip = document.getElementById("tip");
const number = (element) => element.dataset.claims.split(" ");
const entry = (claim) => document.querySelector(`[data-claim="${claim}"]`);
let lit = [], at = null;

function show(element) {
  hide();
  const claims = number(element);
  lit = [...claims.map(entry), ...document.querySelectorAll("#text [data-claims], h1 [data-claims]")]
    .filter((each) => each.dataset.claim !== undefined || number(each).some((claim) => claims.includes(claim)));
  for (const each of lit) each.classList.add("lit");
  tip.replaceChildren(...claims.map((claim) => {
    const said = entry(claim).querySelector("p").cloneNode(true);
    for (const link of said.querySelectorAll("a")) link.replaceWith(...link.childNodes);
    return said;
  }));
  at = element;
  tip.hidden = false;
  place();
  element.setAttribute("aria-describedby", "tip");
}

function place() {
  const box = [...at.getClientRects()].at(-1), left = Math.min(box.left, innerWidth - tip.offsetWidth - 12);
  const below = box.bottom + 8 + tip.offsetHeight < innerHeight;
  tip.style.left = `${Math.max(12, left)}px`;
  tip.style.top = `${below ? box.bottom + 8 : Math.max(8, at.getClientRects()[0].top - 8 - tip.offsetHeight)}px`;
}

function hide() {
  for (const each of lit) each.classList.remove("lit");
  for (const each of document.querySelectorAll("[aria-describedby=tip]")) each.removeAttribute("aria-describedby");
  lit = [];
  at = null;
  tip.hidden = true;
}

const main = document.getElementById("main");
for (const [on, off] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
  main.addEventListener(on, (event) => { const at = event.target.closest("[data-claims]"); if (at) show(at); });
  main.addEventListener(off, (event) => { if (event.target.closest("[data-claims]")) hide(); });
}
addEventListener("scroll", () => { if (at && at === document.activeElement) place(); else hide(); }, { passive: true });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
