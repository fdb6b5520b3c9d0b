// Queries are written with names that complete, asked of /sparql as any client would, and shown as a table of texts.
"use strict";

const form = document.getElementById("ask"), query = document.getElementById("query"), words = document.getElementById("words");
const part = (id) => document.getElementById(id);
const FORMS = {
  table: [["CSV", "text/csv", "csv"], ["JSON", "application/sparql-results+json", "json"], ["TSV", "text/tab-separated-values", "tsv"], ["XML", "application/sparql-results+xml", "xml"]],
  triples: [["Turtle", "text/turtle", "ttl"], ["JSON-LD", "application/ld+json", "jsonld"], ["N-Triples", "application/n-triples", "nt"]],
};
const MOST = 1000; // rows that are shown; a download has all
let known = { prefixes: {}, names: [], things: "", articles: "" }, offered = [], chosen = 0, asked = 0;

fetch("/vocabulary").then((answer) => answer.json()).then((told) => { known = told; });
if (location.hash.startsWith("#query=")) query.value = decodeURIComponent(location.hash.slice(7));

part("examples").addEventListener("change", (event) => {
  if (!event.target.value) return;
  query.value = event.target.value;
  event.target.value = "";
  query.focus();
});

function ask(sparql, accept) {
  const headers = { "Content-Type": "application/sparql-query", Accept: accept };
  return fetch("/sparql", { method: "POST", headers, body: sparql });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  close();
  const sparql = query.value, mine = ++asked;
  history.replaceState(null, "", `#query=${encodeURIComponent(sparql)}`);
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await ask(sparql, "application/sparql-results+json, text/turtle");
    const text = await answer.text();
    if (mine !== asked) return;
    if (!answer.ok) complain(text.trim());
    else if (answer.headers.get("Content-Type").startsWith("application/sparql-results+json")) show(JSON.parse(text), sparql);
    else tell("Triples", plain(text), "triples", sparql);
  } catch (error) {
    if (mine === asked) complain("The server does not answer.");
  } finally {
    form.removeAttribute("aria-busy");
  }
});

function complain(text) {
  part("error").textContent = text;
  part("error").hidden = false;
  part("rows").hidden = true;
  part("count").parentElement.hidden = true;
}

function tell(count, content, kind, sparql) {
  part("count").textContent = count;
  part("rows").replaceChildren(content);
  part("error").hidden = true;
  part("rows").hidden = false;
  part("count").parentElement.hidden = false;
  part("downloads").replaceChildren(...FORMS[kind].map(([name, type, ending]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("click", () => save(sparql, type, ending));
    return button;
  }));
}

async function save(sparql, type, ending) {
  const answer = await ask(sparql, type);
  if (!answer.ok) return complain((await answer.text()).trim());
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = `answer.${ending}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function plain(text) {
  const block = document.createElement("pre");
  block.textContent = text;
  return block;
}

function show(told, sparql) {
  if ("boolean" in told) return tell(told.boolean ? "Yes" : "No", plain(String(told.boolean)), "table", sparql);
  const rows = told.results.bindings, shown = rows.slice(0, MOST);
  const table = document.createElement("table"), head = table.createTHead().insertRow(), body = table.createTBody();
  for (const name of told.head.vars) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = name;
    head.append(cell);
  }
  for (const row of shown) {
    const line = body.insertRow();
    for (const name of told.head.vars) line.insertCell().append(row[name] ? term(row[name]) : "");
  }
  const more = rows.length > MOST ? `, of which ${MOST.toLocaleString("en")} are shown` : "";
  tell(`${rows.length.toLocaleString("en")} ${rows.length === 1 ? "row" : "rows"}${more}`, table, "table", sparql);
}

function term(value) {
  const words = document.createElement("bdi");
  words.textContent = value.type === "uri" ? shortened(value.value) : value.value ?? "";
  const url = value.type === "uri" ? page(value.value) : "";
  if (!url) return words;
  const link = document.createElement("a");
  link.href = url;
  link.append(words);
  return link;
}

function page(iri) {
  if (iri.startsWith(known.things)) return `/entity/${encodeURIComponent(iri.slice(known.things.length))}`;
  if (iri.startsWith(known.articles) && !iri.includes("#")) return `/article/${iri.slice(known.articles.length)}`;
  return "";
}

function shortened(iri) {
  const fits = Object.entries(known.prefixes).filter(([, start]) => iri.startsWith(start));
  const [prefix, start] = fits.sort((a, b) => b[1].length - a[1].length)[0] ?? ["", ""];
  return start ? `${prefix}:${iri.slice(start.length)}` : iri;
}

// Completion: the word before the caret, if it has a colon or begins a prefix, against the ontology's names and labels

function word() {
  return /[\w-]*:?[\w-]*$/.exec(query.value.slice(0, query.selectionStart))[0];
}

function offer() {
  const typed = word(), before = query.value.slice(0, query.selectionStart - typed.length);
  if (typed.length < 2 || /[?$<"'\/#@^]$/.test(before)) return close();
  const small = typed.toLowerCase(), [, after = ""] = small.split(":");
  const starts = known.names.filter((each) => each.name.toLowerCase().startsWith(small))
    .sort((a, b) => b.name.startsWith(typed) - a.name.startsWith(typed));
  const inside = !typed.includes(":") || after.length > 1
    ? known.names.filter((each) => !starts.includes(each) && (each.label.toLowerCase().includes(after || small) || each.name.toLowerCase().includes(after || small)))
    : [];
  offered = [...starts, ...inside].slice(0, 40);
  if (!offered.length || (offered.length === 1 && offered[0].name === typed)) return close();
  chosen = 0;
  words.replaceChildren(...offered.map((each, i) => {
    const item = document.createElement("li"), kind = document.createElement("span");
    item.id = `word-${i}`;
    item.setAttribute("role", "option");
    kind.className = "kind";
    kind.textContent = each.label && each.label !== each.name.split(":")[1] ? each.label : each.kind;
    item.append(each.name, kind);
    item.addEventListener("mousedown", (event) => { event.preventDefault(); take(i); });
    return item;
  }));
  words.hidden = false;
  place();
  mark();
}

function place() {
  const lines = query.value.slice(0, query.selectionStart).split("\n");
  const height = parseFloat(getComputedStyle(query).lineHeight);
  words.style.top = `${Math.min(14 + lines.length * height - query.scrollTop + 4, query.clientHeight)}px`;
  words.style.left = `${Math.max(0, Math.min(18 + 8.4 * (lines.at(-1).length - word().length), query.clientWidth - 280))}px`;
}

function mark() {
  [...words.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));
  query.setAttribute("aria-activedescendant", `word-${chosen}`);
  words.children[chosen].scrollIntoView({ block: "nearest" });
}

function take(i) {
  const end = query.selectionStart;
  query.setRangeText(offered[i].name, end - word().length, end, "end");
  close();
}

function close() {
  words.hidden = true;
  query.removeAttribute("aria-activedescendant");
}

query.addEventListener("input", offer);
query.addEventListener("blur", close);
query.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  } else if (words.hidden) {
    return;
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    chosen = (chosen + (event.key === "ArrowDown" ? 1 : offered.length - 1)) % offered.length;
    mark();
  } else if (event.key === "Enter" || event.key === "Tab") {
    event.preventDefault();
    take(chosen);
  } else if (event.key === "Escape") {
    event.preventDefault();
    close();
  }
});
