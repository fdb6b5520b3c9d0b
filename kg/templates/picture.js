// Everything from articles is set as textContent or drawn as text, never as markup.
function make(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}
function drawing(box, course) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", box);
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", course);
  svg.append(path);
  return svg;
}
function symbol(kind) {
  const paths = {
    dot: "M6 1a5 5 0 1 0 0 10a5 5 0 1 0 0-10", diamond: "M6 0l6 6-6 6-6-6z", square: "M1 1h10v10H1z",
    triangle: "M6 1l5.5 10H.5z", hexagon: "M3 1h6l3 5-3 5H3L0 6z",
  };
  const svg = drawing("0 0 12 12", paths[kind.shape]);
  svg.firstChild.style.fill = `var(--c${kind.colour})`;
  return svg;
}
const several = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const COLOURS = 12; // in the style sheet; a class after the twelfth has the first colour again, and the next shape
  const FORMS = Object.keys(SHAPES);
  for (const kind of data.classes) {
    kind.colour = kind.rank % COLOURS;
    kind.shape = FORMS[Math.floor(kind.rank / COLOURS) % FORMS.length];
  }
  const links = data.nodes.map(() => []); // the edges of each node
  data.edges.forEach((edge, i) => [edge.from, edge.to].forEach((end) => links[end].push(i)));
  const statements = data.nodes.map(() => []); // the statements of each node
  data.statements.forEach((s, i) => new Set([s.subject, s.object]).forEach((end) => statements[end]?.push(i)));
  const byWeight = data.nodes.map((_, i) => i).sort((a, b) => data.nodes[b].degree - data.nodes[a].degree || a - b);
  const switches = new Switches(data, links);
  const picture = { data, byWeight, ...switches.apply(), focus: null, hovered: null, words: [], places: [], colours: {} };

  // ── The stage ──
  function theme() {
    const style = getComputedStyle(document.documentElement);
    const get = (name) => style.getPropertyValue(name).trim();
    const names = ["ground", "ink", "edge", "edge-ink", "strong"];
    picture.colours = Object.fromEntries(names.map((name) => [name, get(`--${name}`)]));
    picture.colours.classes = data.classes.map((kind) => get(`--c${kind.colour}`));
  }
  const context = $("stage").getContext("2d", { alpha: false });
  function draw() {
    picture.places = data.nodes.map((node) => camera.toScreen(node));
    context.setTransform(camera.ratio, 0, 0, camera.ratio, 0, 0);
    context.globalAlpha = 1;
    context.fillStyle = picture.colours.ground;
    context.fillRect(0, 0, camera.width, camera.height);
    drawLines(context, picture, camera, picture.places);
    drawNodes(context, picture, camera, picture.places);
    if (!camera.moving) { // else words go with their nodes
      picture.covers = covers();
      picture.words = placeWords(context, picture, camera);
    }
    drawWords(context, picture);
  }
  // Left, top, right, bottom of what lies over the stage: no name is written below it.
  function covers() {
    const boxes = ["card", "panel", "zoom"].map((id) => $(id).getBoundingClientRect());
    return boxes.filter((box) => box.width).map((box) => [box.left - 6, box.top - 4, box.right + 6, box.bottom + 4]);
  }
  function hover(point) {
    const withLines = camera.scale >= OVERVIEW || data.edges.length < 2000; // of a crowd none can be pointed at
    const what = point && whatIsAt(point, 4, picture, camera, withLines);
    $("stage").style.cursor = what ? "pointer" : "";
    const edge = what?.edge ?? null;
    if (edge !== picture.hovered) { picture.hovered = edge; camera.request(); }
  }
  function tap(point, reach) {
    const what = whatIsAt(point, reach, picture, camera);
    if (what?.node !== undefined) openNode(what.node, false);
    else if (what) openEdge(what.edge);
    else closePanel();
  }
  theme();
  const camera = new Camera($("stage"), draw, tap, hover);

  // ── The panel ──
  function nameOf(end) {
    if (typeof end !== "number") return make("span", "name", end);
    const button = make("button", "name", data.nodes[end].name);
    button.type = "button";
    button.addEventListener("click", () => openNode(end, true));
    return button;
  }
  function telling(said) {
    const block = make("div", "said");
    const quote = make("blockquote");
    quote.append(make("span", "", said.before), make("mark", "", said.words), make("span", "", said.after));
    const source = make("p", "source");
    const article = data.articles[said.article];
    const title = make(article.link ? "a" : "span", "", article.title);
    if (article.link) Object.assign(title, { href: article.link, target: "_blank", rel: "noopener noreferrer" });
    source.append(make("span", said.status === "asserted" ? "status" : "status unsure", said.status), " ", title);
    if (article.published) source.append(` · ${article.published}`);
    said.qualifiers.forEach(([name, value]) => source.append(` · ${name}: ${value}`));
    source.title = `Read by ${said.rule}, confidence ${said.confidence}`;
    block.append(quote, source);
    return block;
  }
  function statementOf([i, tellings]) {
    const statement = data.statements[i];
    const article = make("article");
    const line = make("p", "statement");
    line.append(nameOf(statement.subject), " ", make("span", "property", statement.property), " ", nameOf(statement.object));
    article.append(line, ...tellings.map(telling));
    return article;
  }
  // What is said in statements, those that are asserted first, and how much of it is switched off.
  function whatIsSaid(which) {
    const wanted = which.map((i) => [i, switches.tellings(data.statements[i])]).filter(([, tellings]) => tellings.length);
    const isSure = ([, tellings]) => switches.status(tellings) === "asserted";
    const [sure, unsure] = [wanted.filter(isSure), wanted.filter((each) => !isSure(each))];
    const content = [];
    if (sure.length) content.push(make("h3", "", "Asserted"), ...sure.map(statementOf));
    if (unsure.length) content.push(make("h3", "", "Planned, reported, possible or denied"), ...unsure.map(statementOf));
    const off = which.length - wanted.length;
    if (off) content.push(make("p", "others", `${several(off, "statement is", "statements are")} switched off.`));
    return content;
  }
  let opener = null; // what had the focus before the panel
  function show(focus, again, ...content) {
    if (!$("panel").contains(document.activeElement)) opener = document.activeElement;
    picture.focus = focus;
    $("said").replaceChildren(...content);
    $("panel").hidden = false;
    document.body.classList.add("reading");
    if (!again) {
      $("panel").scrollTop = 0;
      $("panel").focus({ preventScroll: true });
    }
    camera.request();
  }
  function openNode(i, move, again) {
    const node = data.nodes[i];
    const kind = data.classes[node.class];
    const edges = links[i].filter((e) => picture.lines[e]);
    const focus = { node: i, edges: new Set(edges), nodes: new Set([i, ...edges.flatMap((e) => [data.edges[e].from, data.edges[e].to])]) };
    const about = make("p", "about");
    about.append(symbol(kind), `${kind.label} · ${several(statements[i].length, "statement", "statements")}`);
    const content = [make("h2", "", node.name), about];
    if (node.others.length) content.push(make("p", "others", `Also ${node.others.join(", ")}`));
    show(focus, again, ...content, ...whatIsSaid(statements[i]));
    if (!again) reveal([...focus.nodes], move);
  }
  function openEdge(i, again) {
    const edge = data.edges[i];
    const [from, to] = [edge.from, edge.to].map((end) => data.nodes[end].name);
    const about = make("p", "about", several(edge.statements.length, "statement", "statements"));
    const title = make("h2", "", `${from} ${edge.arrow ? "→" : "–"} ${to}`);
    const focus = { edge: i, nodes: new Set([edge.from, edge.to]), edges: new Set([i]) };
    show(focus, again, title, about, ...whatIsSaid(edge.statements));
    if (!again) reveal([edge.from, edge.to], false);
  }
  function closePanel() {
    const inside = $("panel").contains(document.activeElement);
    picture.focus = null;
    $("panel").hidden = true;
    document.body.classList.remove("reading");
    if (inside) (opener?.isConnected && opener !== document.body ? opener : $("search")).focus();
    camera.request();
  }
  $("close").addEventListener("click", closePanel);

  // ── What is in view ──
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  // Left, top, right, bottom of the part of the plane that nodes and their names fill when seen at a scale.
  function extent(which, scale) {
    const size = nameSize({ degree: 0 }, scale) / scale;
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const { x, y, size: radius, lines } of which.map((i) => data.nodes[i])) {
      const half = Math.max(radius, ...lines.map((line) => 0.27 * size * line.length)) + 4;
      const sides = [x - half, y - radius - 4, x + half, y + radius + 2.6 * size];
      sides.forEach((side, n) => { box[n] = n < 2 ? Math.min(box[n], side) : Math.max(box[n], side); });
    }
    return box;
  }
  // Left, top, right, bottom of the part of the window that is free of the card and the panel.
  function freeArea() {
    const reading = !$("panel").hidden;
    if (innerWidth > 760) return [280, 12, innerWidth - (reading ? 424 : 12), innerHeight - 12];
    return [8, reading ? 8 : $("card").offsetHeight + 18, innerWidth - 8, innerHeight * (reading ? 0.46 : 1) - 8];
  }
  // Shows nodes in the free part, no closer than `most`.
  function frame(which, most, duration) {
    if (!which.length) return;
    const free = freeArea();
    let [scale, left, top, right, bottom] = [Math.min(most, 1)];
    for (let pass = 0; pass < 4; pass++) { // names do not shrink as the plane does, so the scale is found step by step
      [left, top, right, bottom] = extent(which, scale);
      scale = Math.min((free[2] - free[0]) / (right - left), (free[3] - free[1]) / (bottom - top), most);
    }
    scale = Math.max(scale, FARTHEST);
    const [x, y] = [(free[0] + free[2] - innerWidth) / 2, (free[1] + free[3] - innerHeight) / 2];
    camera.go({ x: (left + right) / 2 - x / scale, y: (top + bottom) / 2 - y / scale, scale }, duration);
  }
  const fit = () => frame([...picture.shown], 1.4, 0);
  function reveal(which, closer) {
    const [left, top, right, bottom] = extent(which, camera.scale);
    const [a, b] = [camera.toScreen({ x: left, y: top }), camera.toScreen({ x: right, y: bottom })];
    const free = freeArea();
    if (!closer && a.x > free[0] && a.y > free[1] && b.x < free[2] && b.y < free[3]) return;
    frame(which, closer ? Math.max(camera.scale, 1.1) : camera.scale, calm ? 0 : 380);
  }

  // ── Search ──
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const keys = data.nodes.map((node) => [node.name, ...node.others].map(plain));
  let found = [];
  let marked = 0;
  function search() {
    const wanted = plain($("search").value.trim());
    const rank = (i) => (keys[i][0] === wanted ? 0 : keys[i][0].startsWith(wanted) ? 1 : keys[i][0].includes(wanted) ? 2 : 3);
    found = wanted ? byWeight.filter((i) => picture.shown.has(i) && keys[i].some((key) => key.includes(wanted))) : [];
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
    $("found").replaceChildren(...items);
    $("found").hidden = !open || !items.length;
    $("none").textContent = open && !items.length ? "Nothing in this picture has this name." : "";
    $("search").setAttribute("aria-expanded", String(open && items.length > 0));
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
    else if (event.key === "Escape" && !$("found").hidden) { event.stopPropagation(); list(false); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !$("panel").hidden) closePanel();
    if (event.key === "/" && document.activeElement.tagName !== "INPUT") { event.preventDefault(); $("search").focus(); }
  });

  // ── The card ──
  function changed() {
    Object.assign(picture, switches.apply());
    const { focus } = picture;
    if (focus?.node !== undefined) openNode(focus.node, false, true);
    else if (focus) openEdge(focus.edge, true);
    tell();
    camera.request();
  }
  function tell() {
    const [things, ties] = [picture.shown.size, picture.lines.filter(Boolean).length];
    const of = (part, whole) => (part < whole ? `${part.toLocaleString("en")} of ` : "");
    const counts = [
      of(things, data.nodes.length) + several(data.nodes.length, "thing", "things"),
      of(ties, data.edges.length) + several(data.edges.length, "tie", "ties"),
    ];
    $("summary").textContent = `${counts.join(", ")}, from ${several(data.articles.length, "article", "articles")}`;
    const alone = data.about === null ? data.all - data.reachable : 0;
    if (alone) $("summary").textContent += `; ${several(alone, "thing that nothing ties to another is", "things that nothing ties to others are")} left out`;
  }
  function fillCard() {
    document.title = `${data.title} · knowledge graph`;
    $("title").textContent = data.title;
    const cut = data.reachable - data.nodes.length;
    $("cut").hidden = cut <= 0;
    $("cut").textContent = `The ${data.nodes.length.toLocaleString("en")} most spoken of; ${cut.toLocaleString("en")} more were left out.`;
    $("by-class").open = innerWidth > 760;
    fillKey(data, switches, changed);
    tell();
  }
  fillCard();
  $("closer").addEventListener("click", () => camera.zoom(1.35));
  $("farther").addEventListener("click", () => camera.zoom(1 / 1.35));
  $("whole").addEventListener("click", fit);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { theme(); camera.request(); });
  fit();
  window.picture = Object.assign(picture, { camera, place: (name) => camera.toScreen(data.nodes.find((node) => node.name === name)) });
  requestAnimationFrame(() => requestAnimationFrame(() => { document.body.dataset.ready = "yes"; }));
})();
