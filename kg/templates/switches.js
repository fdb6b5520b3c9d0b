// What is switched off: classes, statuses, properties, days. What a line says, and whether it is asserted, follows.
class Switches {
  constructor(data, links) {
    Object.assign(this, { data, links, classes: new Set(), statuses: new Set(), properties: new Set(), since: "", until: "" });
  }
  // The times that a statement is said, as far as they are wanted.
  tellings(statement) {
    if (this.properties.has(statement.property)) return [];
    return statement.said.filter((said) => {
      const day = this.data.articles[said.article].published.slice(0, 10);
      const inTime = (!this.since || day >= this.since) && (!this.until || (day && day <= this.until));
      return inTime && !this.statuses.has(said.status);
    });
  }
  // Asserted if one telling asserts it, else the status of most, else the first of these.
  status(tellings) {
    const counts = new Map();
    tellings.forEach(({ status }) => counts.set(status, (counts.get(status) ?? 0) + 1));
    if (counts.has("asserted")) return "asserted";
    return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0][0];
  }
  line(edge) {
    const said = edge.statements.map((i) => [i, this.tellings(this.data.statements[i])]).filter(([, tellings]) => tellings.length);
    if (!said.length) return null;
    const statuses = said.map(([, tellings]) => this.status(tellings));
    const words = said.map(([i], n) => this.data.statements[i].property + (statuses[n] === "asserted" ? "" : ` (${statuses[n]})`));
    const sources = new Set(said.flatMap(([, tellings]) => tellings.map((telling) => telling.article))).size;
    return { label: words.join(", "), asserted: statuses.includes("asserted"), sources, statements: said.map(([i]) => i) };
  }
  // The nodes that are shown, and for each edge its line, or null; a node of which nothing is said any more goes too.
  apply() {
    const { nodes, edges } = this.data;
    const told = edges.map((edge) => this.line(edge));
    const isShown = (node, i) => !this.classes.has(node.class) && (!node.degree || this.links[i].some((e) => told[e]));
    const shown = new Set(nodes.map((_, i) => i).filter((i) => isShown(nodes[i], i)));
    return { shown, lines: told.map((line, i) => (line && shown.has(edges[i].from) && shown.has(edges[i].to) ? line : null)) };
  }
}

// A list of switches, each with a mark, a name and a count, and two buttons for all of them.
function fillSwitches(list, items, off, changed) {
  const buttons = items.map(({ key, mark, label, count }) => {
    const button = make("button");
    button.type = "button";
    if (mark) button.append(mark);
    button.append(make("span", "", label), make("span", "count", count.toLocaleString("en")));
    button.addEventListener("click", () => { if (!off.delete(key)) off.add(key); show(); });
    const item = make("li");
    item.append(button);
    list.append(item);
    return [key, button];
  });
  const state = list.closest("details").querySelector(".off");
  function mark() {
    buttons.forEach(([key, button]) => button.setAttribute("aria-pressed", String(!off.has(key))));
    state.textContent = off.size ? `${off.size} off` : "";
  }
  function show() { mark(); changed(); }
  const every = make("li", "every");
  for (const [word, set] of [["All", () => off.clear()], ["None", () => items.forEach(({ key }) => off.add(key))]]) {
    const button = make("button", "", word);
    button.type = "button";
    button.addEventListener("click", () => { set(); show(); });
    every.append(button);
  }
  if (items.length > 2) list.prepend(every);
  mark();
}
function lineSymbol(dashed) {
  const svg = drawing("0 0 28 8", "M1 4h26");
  svg.classList.add("line");
  if (dashed) svg.firstChild.setAttribute("stroke-dasharray", "4 4");
  return svg;
}
const countBy = (items, key) => {
  const counts = new Map();
  items.forEach((item) => counts.set(key(item), (counts.get(key(item)) ?? 0) + 1));
  return counts;
};
function fillDays(data, switches, changed) {
  const days = data.articles.map((article) => article.published.slice(0, 10)).filter(Boolean).sort();
  document.getElementById("by-date").hidden = days.length < 2;
  for (const name of ["since", "until"]) {
    const input = document.getElementById(name);
    Object.assign(input, { min: days[0] ?? "", max: days.at(-1) ?? "" });
    input.addEventListener("change", () => {
      switches[name] = input.value;
      input.closest("details").querySelector(".off").textContent = switches.since || switches.until ? "limited" : "";
      changed();
    });
  }
  document.getElementById("all-days").addEventListener("click", () => {
    for (const name of ["since", "until"]) {
      document.getElementById(name).value = "";
      document.getElementById(name).dispatchEvent(new Event("change"));
    }
  });
}
function fillKey(data, switches, changed) {
  const list = (id) => document.getElementById(id);
  const classes = countBy(data.nodes, (node) => node.class);
  const kinds = data.classes.map((kind, i) => ({ key: i, mark: symbol(kind), label: kind.label, count: classes.get(i) ?? 0 }));
  fillSwitches(list("classes"), kinds, switches.classes, changed);
  const drawn = data.edges.flatMap((edge) => edge.statements.map((i) => data.statements[i]));
  const statuses = countBy(drawn.flatMap((statement) => statement.said), (said) => said.status);
  const known = data.statuses.filter((status) => statuses.has(status));
  const marks = known.map((key) => ({ key, mark: lineSymbol(key !== "asserted"), label: key, count: statuses.get(key) }));
  fillSwitches(list("statuses"), marks, switches.statuses, changed);
  const properties = [...countBy(drawn, (statement) => statement.property)].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  fillSwitches(list("properties"), properties.map(([key, count]) => ({ key, label: key, count })), switches.properties, changed);
  fillDays(data, switches, changed);
}

