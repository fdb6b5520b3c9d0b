// Names and properties: as many as there is room for, the most connected first, none on another.
const SIDES = ["below", "right", "left", "above"];
const FONT = getComputedStyle(document.body).fontFamily;
const OVERVIEW = 0.35; // below this scale lines say nothing until they are asked
const LINE = 1.16; // from line to line, in sizes of the font

class Room { // boxes of left, top, right, bottom, kept by the squares of 64 pixels that they touch
  constructor() { this.cells = new Map(); }
  visit([left, top, right, bottom], act) {
    for (let x = Math.floor(left / 64); x <= right / 64; x++) {
      for (let y = Math.floor(top / 64); y <= bottom / 64; y++) if (act(x * 65536 + y)) return true;
    }
    return false;
  }
  take(box) {
    this.visit(box, (key) => {
      if (this.cells.has(key)) this.cells.get(key).push(box);
      else this.cells.set(key, [box]);
    });
  }
  isFree(box) {
    const meets = (other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3];
    return !this.visit(box, (key) => this.cells.get(key)?.some(meets));
  }
}
const measured = new Map(); // the width of a text in a font of one pixel
function widthOf(context, text, weight, size) {
  const key = weight + text;
  if (!measured.has(key)) {
    context.font = `${weight} 20px ${FONT}`;
    measured.set(key, context.measureText(text).width / 20);
  }
  return measured.get(key) * size;
}
const isBig = (node) => node.degree >= 8;
function nameSize(node, scale) {
  const size = Math.max(10.5, Math.min((isBig(node) ? 14 : 12.5) * Math.sqrt(scale), 17));
  return Math.round(2 * size) / 2; // letters of few sizes are drawn faster
}
function placeNames(context, { data, places }, camera, room, which, block) {
  const found = [];
  const air = camera.scale < OVERVIEW ? 8 * (1 - camera.scale / OVERVIEW) : 0; // around names, where they are many
  for (const i of which) {
    const node = data.nodes[i];
    if (camera.scale < OVERVIEW) block(i); // names stand on the dots of lesser things, or those of a crowd would be outside it
    const [size, weight] = [nameSize(node, camera.scale), isBig(node) ? 600 : 400];
    const width = Math.max(...node.lines.map((line) => widthOf(context, line, weight, size)));
    const height = size * LINE * node.lines.length;
    const radius = radiusOf(node, camera.scale) + 3;
    const { x, y } = places[i];
    const corners = {
      below: [x - width / 2, y + radius], above: [x - width / 2, y - radius - height],
      right: [x + radius + 2, y - height / 2], left: [x - radius - 2 - width, y - height / 2],
    };
    const boxAt = (side) => [corners[side][0] - 1, corners[side][1], corners[side][0] + width + 1, corners[side][1] + height];
    const wide = ([left, top, right, bottom]) => [left - air, top - air / 2, right + air, bottom + air / 2];
    const inside = ([left, top, right, bottom]) => left > 2 && top > 2 && right < camera.width - 2 && bottom < camera.height - 2;
    const side = SIDES.find((name) => inside(boxAt(name)) && room.isFree(wide(boxAt(name))));
    if (!side) continue;
    const box = boxAt(side);
    room.take(box);
    const [align, anchor] = { right: ["left", box[0] + 1], left: ["right", box[2] - 1] }[side] ?? ["center", x];
    found.push({ node: i, lines: node.lines, align, dx: anchor - x, dy: box[1] - y, size, weight, box });
  }
  return found;
}
function placeProperties(context, { data, lines, focus, hovered, places }, camera, room) {
  const size = Math.round(2 * Math.max(9.5, Math.min(10.5 * Math.sqrt(camera.scale), 13))) / 2;
  const found = [];
  for (const [i, line] of lines.entries()) {
    if (!line || !(i === hovered || (focus ? focus.edges.has(i) : camera.scale >= OVERVIEW))) continue;
    const [edge, course] = [data.edges[i], courseOf(data.edges[i], places)];
    if (!isSeen(course, camera.width, camera.height)) continue;
    const { a, b } = course;
    const sizes = (data.nodes[edge.from].size + data.nodes[edge.to].size) * camera.scale;
    const width = widthOf(context, line.label, 400, size);
    if (hovered !== i && Math.hypot(b.x - a.x, b.y - a.y) - sizes < width + 14) continue;
    let angle = Math.atan2(b.y - a.y, b.x - a.x);
    if (Math.abs(angle) > Math.PI / 2) angle += Math.PI;
    const half = size * 0.62;
    const boxesAt = (part) => { // squares along the slanted words
      const [middle, boxes] = [pointOf(course, part), []];
      for (let at = -width / 2 + half; at < width / 2 + half; at += 2 * half) {
        const x = middle.x + Math.cos(angle) * Math.min(at, width / 2 - half);
        const y = middle.y + Math.sin(angle) * Math.min(at, width / 2 - half);
        boxes.push([x - half, y - half, x + half, y + half]);
      }
      return boxes;
    };
    const part = [0.5, 0.38, 0.62].find((each) => boxesAt(each).every((box) => room.isFree(box))) ?? (hovered === i ? 0.5 : null);
    if (part === null) continue;
    boxesAt(part).forEach((box) => room.take(box));
    found.push({ edge: i, label: line.label, part, angle, size, strong: Boolean(focus) || hovered === i });
  }
  return found;
}
// Which words stand where.
function placeWords(context, picture, camera) {
  const { data, byWeight, shown, focus, places } = picture;
  const room = new Room();
  picture.covers.forEach((box) => room.take(box));
  const seen = byWeight.filter((i) => shown.has(i) && places[i].x > 0 && places[i].y > 0 && places[i].x < camera.width && places[i].y < camera.height);
  const [near, far] = [[], []];
  for (const i of seen) (!focus || focus.nodes.has(i) ? near : far).push(i);
  const block = (i) => {
    const [radius, { x, y }] = [radiusOf(data.nodes[i], camera.scale), places[i]];
    room.take([x - radius, y - radius, x + radius, y + radius]);
  };
  if (camera.scale >= OVERVIEW) near.forEach(block);
  const words = placeNames(context, picture, camera, room, near, block);
  words.push(...placeProperties(context, picture, camera, room));
  if (camera.scale >= OVERVIEW) far.forEach(block);
  const faint = placeNames(context, picture, camera, room, far, block).map((word) => ({ ...word, opacity: 0.22 }));
  return [...words, ...faint];
}
function drawWords(context, { data, words, places, shown, lines, colours }) {
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = colours.ground;
  const write = (text, x, y) => { context.strokeText(text, x, y); context.fillText(text, x, y); };
  for (const word of words) {
    context.globalAlpha = word.opacity ?? 1;
    context.textAlign = word.align ?? "center";
    context.font = `${word.weight ?? 400} ${word.size}px ${FONT}`;
    if (word.edge !== undefined) {
      if (!lines[word.edge]) continue;
      const middle = pointOf(courseOf(data.edges[word.edge], places), word.part);
      context.fillStyle = word.strong ? colours.ink : colours["edge-ink"];
      context.save();
      context.translate(middle.x, middle.y);
      context.rotate(word.angle);
      write(word.label, 0, 0);
      context.restore();
    } else if (shown.has(word.node)) {
      const { x, y } = places[word.node];
      context.fillStyle = colours.ink;
      word.lines.forEach((line, n) => write(line, x + word.dx, y + word.dy + word.size * LINE * (n + 0.5)));
    }
  }
}

