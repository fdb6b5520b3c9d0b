// Nodes and lines as they are drawn, by the hundred of one look: 9,000 lines take some milliseconds.
const LOT = 250; // lines stroked at once; of many more in one path, where they cross costs time
const TONES = ["far", "usual", "near"]; // behind what was asked for, as ever, and what was asked for

const SHAPES = {
  dot: (path, x, y, r) => { path.moveTo(x + r, y); path.arc(x, y, r, 0, 2 * Math.PI); },
  diamond: (path, x, y, r) => corners(path, x, y, r, [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]]),
  square: (path, x, y, r) => corners(path, x, y, r, [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]]),
  triangle: (path, x, y, r) => corners(path, x, y, r, [[0, -1.1], [1.05, 0.8], [-1.05, 0.8]]),
  hexagon: (path, x, y, r) => corners(path, x, y, r, [[-0.5, -0.9], [0.5, -0.9], [1, 0], [0.5, 0.9], [-0.5, 0.9], [-1, 0]]),
};
function corners(path, x, y, r, points) {
  points.forEach(([a, b], i) => (i ? path.lineTo(x + a * r, y + b * r) : path.moveTo(x + a * r, y + b * r)));
  path.closePath();
}
const radiusOf = (node, scale) => Math.max(node.size * scale, 1.3);

// A line on the screen: from a to b, pulled towards c; and its point at a part of the way.
function courseOf(edge, places) {
  const [a, b] = [places[edge.from], places[edge.to]];
  const c = { x: (a.x + b.x) / 2 - (b.y - a.y) * edge.bend, y: (a.y + b.y) / 2 + (b.x - a.x) * edge.bend };
  return { a, b, c };
}
function pointOf({ a, b, c }, part) {
  const [p, q, r] = [(1 - part) ** 2, 2 * part * (1 - part), part * part];
  return { x: p * a.x + q * c.x + r * b.x, y: p * a.y + q * c.y + r * b.y };
}
const isSeen = ({ a, b, c }, width, height) =>
  Math.max(a.x, b.x, c.x) > 0 && Math.min(a.x, b.x, c.x) < width && Math.max(a.y, b.y, c.y) > 0 && Math.min(a.y, b.y, c.y) < height;

function drawLines(context, picture, camera, places) {
  const { data, lines, focus, hovered, colours } = picture;
  const looks = new Map(); // those of one tone, dash and width
  let left = camera.most; // the lines of the things most spoken of come first
  for (const [i, line] of lines.entries()) {
    if (!line) continue;
    const course = courseOf(data.edges[i], places);
    if (!isSeen(course, camera.width, camera.height)) continue;
    if (--left < 0) break;
    const tone = i === hovered || focus?.edges.has(i) ? 2 : focus ? 0 : 1;
    const key = `${tone}${line.asserted ? 1 : 0}${Math.min(line.sources, 6)}`;
    if (!looks.has(key)) looks.set(key, []);
    looks.get(key).push([i, course]);
  }
  const many = camera.scale < 0.3 ? Math.max(0.4, camera.scale / 0.3) : 1; // pale and thin where they are many
  for (const key of [...looks.keys()].sort()) {
    const [tone, asserted, sources] = [...key].map(Number);
    context.globalAlpha = [0.2, 0.4 + 0.6 * many, 1][tone];
    context.strokeStyle = context.fillStyle = tone === 2 ? colours.strong : colours.edge;
    context.lineWidth = tone === 2 ? 1.6 + 0.6 * (sources - 1) : (1 + 0.6 * (sources - 1)) * many;
    const lot = looks.get(key);
    const arrows = camera.scale > 0.3 || tone === 2;
    for (let from = 0; from < lot.length; from += LOT) {
      const some = lot.slice(from, from + LOT);
      context.setLineDash(asserted ? [] : [5, 5]);
      strokeLot(context, data, some);
      context.setLineDash([]);
      if (arrows) drawArrows(context, data, some.filter(([, { b }]) => b.x > 0 && b.y > 0 && b.x < camera.width && b.y < camera.height), camera.scale);
    }
  }
}
function strokeLot(context, data, lot) {
  context.beginPath();
  for (const [i, { a, b, c }] of lot) {
    context.moveTo(a.x, a.y);
    if (data.edges[i].bend) context.quadraticCurveTo(c.x, c.y, b.x, b.y);
    else context.lineTo(b.x, b.y);
  }
  context.stroke();
}
function drawArrows(context, data, lot, scale) {
  context.beginPath();
  for (const [i, { b, c }] of lot) {
    const edge = data.edges[i];
    const way = Math.hypot(b.x - c.x, b.y - c.y);
    if (!edge.arrow || way < 12) continue;
    const [x, y] = [(b.x - c.x) / way, (b.y - c.y) / way];
    const [gap, size] = [radiusOf(data.nodes[edge.to], scale) + 1, Math.max(3.5, Math.min(7 * scale, 8))];
    const tip = { x: b.x - x * gap, y: b.y - y * gap };
    context.moveTo(tip.x, tip.y);
    context.lineTo(tip.x - x * size * 1.5 - y * size * 0.5, tip.y - y * size * 1.5 + x * size * 0.5);
    context.lineTo(tip.x - x * size * 1.5 + y * size * 0.5, tip.y - y * size * 1.5 - x * size * 0.5);
    context.closePath();
  }
  context.fill();
}
function drawNodes(context, picture, camera, places) {
  const { data, shown, focus, colours } = picture;
  const looks = new Map();
  for (const i of shown) {
    const [node, { x, y }] = [data.nodes[i], places[i]];
    const r = radiusOf(node, camera.scale);
    if (x < -r || y < -r || x > camera.width + r || y > camera.height + r) continue;
    const key = `${!focus || focus.nodes.has(i) ? 1 : 0} ${node.class}`;
    if (!looks.has(key)) looks.set(key, new Path2D());
    SHAPES[data.classes[node.class].shape](looks.get(key), x, y, r);
  }
  context.lineWidth = Math.min(3 * camera.scale, 1.5);
  context.strokeStyle = colours.ground;
  for (const key of [...looks.keys()].sort()) {
    const [near, kind] = key.split(" ").map(Number);
    context.globalAlpha = near ? 1 : 0.16;
    context.fillStyle = colours.classes[kind];
    context.fill(looks.get(key));
    context.stroke(looks.get(key));
  }
  const chosen = focus ? focus.node : data.about;
  if (!shown.has(chosen)) return;
  context.globalAlpha = 1;
  context.strokeStyle = colours.strong;
  context.lineWidth = 3;
  context.beginPath();
  const { x, y } = places[chosen];
  SHAPES[data.classes[data.nodes[chosen].class].shape](context, x, y, radiusOf(data.nodes[chosen], camera.scale));
  context.stroke();
}

// The node at a point of the screen, or else the line, or nothing.
function whatIsAt(point, reach, picture, camera, withLines = true) {
  const { data, shown, lines, places } = picture;
  let [best, distance] = [null, Infinity];
  for (const i of shown) {
    const far = Math.hypot(places[i].x - point.x, places[i].y - point.y) - radiusOf(data.nodes[i], camera.scale);
    if (far < reach && far < distance) [best, distance] = [{ node: i }, far];
  }
  if (best || !withLines) return best;
  for (const [i, line] of lines.entries()) {
    if (!line) continue;
    const course = courseOf(data.edges[i], places);
    const { a, b, c } = course;
    if (Math.max(a.x, b.x, c.x) < point.x - reach || Math.min(a.x, b.x, c.x) > point.x + reach) continue;
    if (Math.max(a.y, b.y, c.y) < point.y - reach || Math.min(a.y, b.y, c.y) > point.y + reach) continue;
    const far = distanceTo(point, course);
    if (far < reach + 2 && far < distance) [best, distance] = [{ edge: i }, far];
  }
  return best;
}
function distanceTo(point, course) {
  let [nearest, from] = [Infinity, course.a];
  for (let n = 1; n <= 12; n++) {
    const to = pointOf(course, n / 12);
    const [x, y] = [to.x - from.x, to.y - from.y];
    const part = Math.min(Math.max(((point.x - from.x) * x + (point.y - from.y) * y) / (x * x + y * y || 1), 0), 1);
    nearest = Math.min(nearest, Math.hypot(from.x + part * x - point.x, from.y + part * y - point.y));
    from = to;
  }
  return nearest;
}

