// Everything from articles is set as textContent or drawn as text, never as markup.
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const COLOURS = 12; // in the style sheet; a class after the twelfth has the first colour again, and the next shape
  const SHAPES = ["dot", "diamond", "square", "triangle", "hexagon"];
  for (const kind of data.classes) {
    kind.colour = kind.rank % COLOURS;
    kind.shape = SHAPES[Math.floor(kind.rank / COLOURS) % SHAPES.length];
  }
  const links = data.nodes.map(() => []); // the edges of each node
  data.edges.forEach((edge, i) => [edge.from, edge.to].forEach((end) => links[end].push(i)));
  const tellings = data.nodes.map(() => []); // the statements of each node
  data.statements.forEach((s, i) => new Set([s.subject, s.object]).forEach((end) => tellings[end]?.push(i)));
  const byWeight = data.nodes.map((_, i) => i).sort((a, b) => data.nodes[b].degree - data.nodes[a].degree || a - b);
  const hidden = { classes: new Set(), lines: new Set() };
  let focus = null; // { nodes, edges, node?, edge? }: what stays bright
  let hovered = null;
  let colours;

  // ── Elements ──
  function make(tag, name, text) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  }
  function symbol(kind) {
    const paths = {
      dot: "M6 1a5 5 0 1 0 0 10a5 5 0 1 0 0-10", diamond: "M6 0l6 6-6 6-6-6z", square: "M1 1h10v10H1z",
      triangle: "M6 1l5.5 10H.5z", hexagon: "M3 1h6l3 5-3 5H3L0 6z",
    };
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 12 12");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", paths[kind.shape]);
    path.style.fill = `var(--c${kind.colour})`;
    svg.append(path);
    return svg;
  }
  const several = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

  // ── The network ──
  function theme() {
    const style = getComputedStyle(document.documentElement);
    const get = (name) => style.getPropertyValue(name).trim();
    const names = ["ground", "ink", "soft", "edge", "edge-ink", "strong"];
    colours = Object.fromEntries(names.map((name) => [name, get(`--${name}`)]));
    colours.classes = data.classes.map((kind) => get(`--c${kind.colour}`));
  }
  const nodeShown = (i) => !hidden.classes.has(data.nodes[i].class);
  const edgeShown = (i) => {
    const edge = data.edges[i];
    return !hidden.lines.has(edge.asserted) && nodeShown(edge.from) && nodeShown(edge.to);
  };
  function nodeLook(i) {
    const node = data.nodes[i];
    const chosen = focus && focus.node === i;
    const colour = { background: colours.classes[node.class], border: chosen ? colours.strong : colours.ground };
    return {
      id: i, hidden: !nodeShown(i), opacity: !focus || focus.nodes.has(i) ? 1 : 0.16, borderWidth: chosen ? 3 : 1.5,
      color: { ...colour, highlight: colour, hover: colour },
    };
  }
  function edgeLook(i) {
    const edge = data.edges[i];
    const bright = focus && focus.edges.has(i);
    const colour = bright ? colours.strong : colours.edge;
    return {
      id: i, hidden: !edgeShown(i), dashes: edge.asserted ? false : [5, 5],
      width: Math.min(1 + 0.6 * (edge.width - 1), 4) + (bright ? 0.6 : 0),
      color: { color: colour, highlight: colour, hover: colours.strong, inherit: false, opacity: !focus || bright ? 1 : 0.2 },
    };
  }
  theme();
  const nodes = new vis.DataSet(data.nodes.map((node, i) => ({
    ...nodeLook(i), x: node.x, y: node.y, size: node.size, shape: data.classes[node.class].shape,
  })));
  const edges = new vis.DataSet(data.edges.map((edge, i) => ({
    ...edgeLook(i), from: edge.from, to: edge.to,
    arrows: edge.arrow ? { to: { enabled: true, scaleFactor: 0.42 } } : "",
    smooth: edge.bend ? { enabled: true, type: edge.bend > 0 ? "curvedCW" : "curvedCCW", roundness: Math.abs(edge.bend) } : false,
  })));
  const network = new vis.Network($("stage"), { nodes, edges }, {
    physics: false, layout: { improvedLayout: false, randomSeed: 1 },
    interaction: { hover: true, hoverConnectedEdges: false, selectConnectedEdges: false, zoomSpeed: 0.6 },
    nodes: { borderWidthSelected: 3 }, edges: { selectionWidth: 0, hoverWidth: 0.6, arrowStrikethrough: false },
  });
  function paint() {
    nodes.update(data.nodes.map((_, i) => nodeLook(i)));
    edges.update(data.edges.map((_, i) => edgeLook(i)));
  }

  network.on("afterDrawing", (context) => {
    drawWords(context, { data, network, byWeight, nodeShown, edgeShown, focus, hovered, colours });
  });

  // ── The panel ──
  function nameOf(end) {
    if (typeof end !== "number") return make("span", "name", end);
    const button = make("button", "name", data.nodes[end].name);
    button.type = "button";
    button.addEventListener("click", () => openNode(end, true));
    return button;
  }
  function statusOf(status) {
    return make("span", status === "asserted" ? "status" : "status unsure", status);
  }
  function telling(said) {
    const block = make("div", "said");
    const quote = make("blockquote");
    quote.append(make("span", "", said.before), make("mark", "", said.words), make("span", "", said.after));
    const source = make("p", "source");
    const article = data.articles[said.article];
    const title = make(article.link ? "a" : "span", "", article.title);
    if (article.link) Object.assign(title, { href: article.link, target: "_blank", rel: "noopener noreferrer" });
    source.append(statusOf(said.status), " ", title);
    if (article.published) source.append(` · ${article.published}`);
    said.qualifiers.forEach(([name, value]) => source.append(` · ${name}: ${value}`));
    source.title = `Read by ${said.rule}, confidence ${said.confidence}`;
    block.append(quote, source);
    return block;
  }
  function statementOf(i) {
    const statement = data.statements[i];
    const article = make("article");
    const line = make("p", "statement");
    const ends = [nameOf(statement.subject), nameOf(statement.object)];
    line.append(ends[0], " ", make("span", "property", statement.property), " ", ends[1]);
    article.append(line, ...statement.said.map(telling));
    return article;
  }
  function show(...content) {
    $("said").replaceChildren(...content);
    $("panel").hidden = false;
    $("panel").scrollTop = 0;
    document.body.classList.add("reading");
  }
  function openNode(i, move) {
    const node = data.nodes[i];
    const kind = data.classes[node.class];
    const ends = links[i].flatMap((e) => [data.edges[e].from, data.edges[e].to]);
    focus = { node: i, nodes: new Set([i, ...ends]), edges: new Set(links[i]) };
    const about = make("p", "about");
    about.append(symbol(kind), `${kind.label} · ${several(tellings[i].length, "statement", "statements")}`);
    const content = [make("h2", "", node.name), about];
    if (node.others.length) content.push(make("p", "others", `Also ${node.others.join(", ")}`));
    const sure = tellings[i].filter((s) => data.statements[s].status === "asserted");
    const unsure = tellings[i].filter((s) => data.statements[s].status !== "asserted");
    if (sure.length) content.push(make("h3", "", "Asserted"), ...sure.map(statementOf));
    if (unsure.length) content.push(make("h3", "", "Planned, reported, possible or denied"), ...unsure.map(statementOf));
    show(...content);
    network.selectNodes([i], false);
    paint();
    reveal([...focus.nodes], move);
  }
  function openEdge(i) {
    const edge = data.edges[i];
    focus = { edge: i, nodes: new Set([edge.from, edge.to]), edges: new Set([i]) };
    const [from, to] = [edge.from, edge.to].map((end) => data.nodes[end].name);
    const about = make("p", "about", several(edge.statements.length, "statement", "statements"));
    show(make("h2", "", `${from} ${edge.arrow ? "→" : "–"} ${to}`), about, ...edge.statements.map(statementOf));
    paint();
    reveal([edge.from, edge.to], false);
  }
  function closePanel() {
    focus = null;
    $("panel").hidden = true;
    document.body.classList.remove("reading");
    network.unselectAll();
    paint();
  }
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  // Left, top, right, bottom of the part of the plane that nodes and their names fill when seen at a scale.
  function extent(which, scale) {
    const nodes = which.map((i) => data.nodes[i]);
    const size = nameSize({ degree: 0 }, scale) / scale;
    const half = (node) => Math.max(node.size, ...node.lines.map((line) => 0.27 * size * line.length)) + 4;
    return [
      Math.min(...nodes.map((node) => node.x - half(node))), Math.min(...nodes.map((node) => node.y - node.size)) - 4,
      Math.max(...nodes.map((node) => node.x + half(node))), Math.max(...nodes.map((node) => node.y + node.size)) + 2.6 * size,
    ];
  }
  // Left, top, right, bottom of the part of the window that is free of the card and the panel.
  function freeArea() {
    const reading = !$("panel").hidden;
    if (innerWidth > 760) return [280, 12, innerWidth - (reading ? 424 : 12), innerHeight - 12];
    return [8, reading ? 8 : $("card").offsetHeight + 18, innerWidth - 8, innerHeight * (reading ? 0.46 : 1) - 8];
  }
  // Shows nodes in the free part, no closer than `most`.
  function frame(which, most, animation) {
    if (!which.length) return;
    const free = freeArea();
    let [scale, left, top, right, bottom] = [Math.min(most, 1)];
    for (let pass = 0; pass < 4; pass++) { // names do not shrink as the plane does, so the scale is found step by step
      [left, top, right, bottom] = extent(which, scale);
      scale = Math.min((free[2] - free[0]) / (right - left), (free[3] - free[1]) / (bottom - top), most);
    }
    network.moveTo({
      position: { x: (left + right) / 2, y: (top + bottom) / 2 }, scale,
      offset: { x: (free[0] + free[2] - innerWidth) / 2, y: (free[1] + free[3] - innerHeight) / 2 }, animation,
    });
  }
  const fit = () => frame(byWeight, 1.4, false);
  function reveal(which, closer) {
    const [left, top, right, bottom] = extent(which, network.getScale());
    const [a, b] = [network.canvasToDOM({ x: left, y: top }), network.canvasToDOM({ x: right, y: bottom })];
    const free = freeArea();
    if (!closer && a.x > free[0] && a.y > free[1] && b.x < free[2] && b.y < free[3]) return;
    const most = closer ? Math.max(network.getScale(), 1.1) : network.getScale();
    frame(which, most, calm ? false : { duration: 380, easingFunction: "easeInOutCubic" });
  }
  network.on("click", ({ nodes: [node], edges: [edge] }) => {
    if (node !== undefined) openNode(node, false);
    else if (edge !== undefined) openEdge(edge);
    else closePanel();
  });
  network.on("hoverNode", () => { $("stage").style.cursor = "pointer"; });
  network.on("blurNode", () => { $("stage").style.cursor = ""; });
  network.on("hoverEdge", ({ edge }) => { hovered = edge; $("stage").style.cursor = "pointer"; });
  network.on("blurEdge", () => { hovered = null; $("stage").style.cursor = ""; });
  $("close").addEventListener("click", closePanel);

  // ── Search ──
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const keys = data.nodes.map((node) => [node.name, ...node.others].map(plain));
  let found = [];
  let marked = 0;
  function search() {
    const wanted = plain($("search").value.trim());
    const rank = (i) => (keys[i][0] === wanted ? 0 : keys[i][0].startsWith(wanted) ? 1 : keys[i][0].includes(wanted) ? 2 : 3);
    found = wanted ? byWeight.filter((i) => nodeShown(i) && keys[i].some((key) => key.includes(wanted))) : [];
    found = found.sort((a, b) => rank(a) - rank(b)).slice(0, 8);
    marked = 0;
    list(wanted !== "");
  }
  function list(open) {
    const items = found.map((i, n) => {
      const item = make("li");
      item.id = `found-${n}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(n === marked));
      item.append(symbol(data.classes[data.nodes[i].class]), make("span", "", data.nodes[i].name));
      item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(n); });
      return item;
    });
    $("found").replaceChildren(...(items.length ? items : [make("li", "none", "Nothing in this picture")]));
    $("found").hidden = !open;
    $("search").setAttribute("aria-expanded", String(open));
    if (open && items.length) $("search").setAttribute("aria-activedescendant", `found-${marked}`);
    else $("search").removeAttribute("aria-activedescendant");
  }
  function choose(n) {
    if (found[n] === undefined) return;
    $("search").value = data.nodes[found[n]].name;
    list(false);
    openNode(found[n], true);
  }
  $("search").addEventListener("input", search);
  $("search").addEventListener("blur", () => list(false));
  $("search").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      event.preventDefault();
      marked = (marked + step + found.length) % found.length;
      list(true);
    } else if (event.key === "Enter") choose(marked);
    else if (event.key === "Escape") list(false);
  });
  document.addEventListener("keydown", (event) => {
    const typing = document.activeElement === $("search");
    if (event.key === "Escape" && !typing && !$("panel").hidden) closePanel();
    if (event.key === "/" && !typing) { event.preventDefault(); $("search").focus(); }
  });

  // ── The card ──
  const toggle = (button, set, key) => button.addEventListener("click", () => {
    const on = set.delete(key) || !set.add(key);
    button.setAttribute("aria-pressed", String(on));
    paint();
  });
  function fillCard() {
    document.title = `${data.title} · knowledge graph`;
    $("title").textContent = data.title;
    const counts = [several(data.nodes.length, "thing", "things"), several(data.edges.length, "tie", "ties")];
    $("summary").textContent = `${counts.join(", ")}, from ${several(data.articles.length, "article", "articles")}`;
    const alone = data.about === null ? data.all - data.reachable : 0;
    if (alone) $("summary").textContent += `; ${several(alone, "thing that nothing ties to another is", "things that nothing ties to others are")} left out`;
    $("cut").hidden = data.nodes.length >= data.reachable;
    $("cut").textContent = `The ${data.nodes.length} most spoken of; ${(data.reachable - data.nodes.length).toLocaleString("en")} more were left out.`;
    data.classes.forEach((kind, i) => {
      const button = make("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      const count = data.nodes.filter((node) => node.class === i).length;
      button.append(symbol(kind), make("span", "", kind.label), make("span", "count", count));
      toggle(button, hidden.classes, i);
      const item = make("li");
      item.append(button);
      $("classes").append(item);
    });
    toggle($("asserted"), hidden.lines, true);
    toggle($("unasserted"), hidden.lines, false);
    $("key").open = innerWidth > 760;
  }
  fillCard();
  const zoom = (factor) => network.moveTo({ scale: network.getScale() * factor });
  $("closer").addEventListener("click", () => zoom(1.35));
  $("farther").addEventListener("click", () => zoom(1 / 1.35));
  $("whole").addEventListener("click", fit);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { theme(); paint(); });
  fit();
  if (data.about !== null) network.selectNodes([data.about], false);
  window.picture = { network, data, place: (name) => network.canvasToDOM(data.nodes.find((node) => node.name === name)) };
  document.body.dataset.ready = "yes";
})();
