"use strict";
// Names and properties: as many as there is room for, the most connected first, none on another.
const STEPS = ["below", "right", "left", "above"];
const FONT = getComputedStyle(document.body).fontFamily;
const OVERVIEW = 0.35; // below this scale lines say nothing until they are asked

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
const measured = new Map();
function widthOf(context, text) {
  const key = context.font + text;
  if (measured.size > 20000) measured.clear(); // every scale has its own font size
  if (!measured.has(key)) measured.set(key, context.measureText(text).width);
  return measured.get(key);
}
function write(context, text, x, y) {
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}
const isBig = (node) => node.degree >= 8;
function nameSize(node, scale) {
  return Math.max(10.5, Math.min((isBig(node) ? 14 : 12.5) * Math.sqrt(scale), 17));
}
function drawNames(context, { data, colours }, room, scale, places, which, opacity) {
  for (const i of which) {
    const node = data.nodes[i];
    const size = nameSize(node, scale);
    context.font = `${isBig(node) ? 600 : 400} ${size}px ${FONT}`;
    const width = Math.max(...node.lines.map((line) => widthOf(context, line)));
    const height = size * 1.16 * node.lines.length;
    const radius = node.size * scale + 3;
    const { x, y } = places[i];
    const corners = {
      below: [x - width / 2, y + radius], above: [x - width / 2, y - radius - height],
      right: [x + radius + 2, y - height / 2], left: [x - radius - 2 - width, y - height / 2],
    };
    const step = STEPS.find((name) => {
      const [left, top] = corners[name];
      return room.isFree([left - 1, top, left + width + 1, top + height]);
    });
    if (!step) continue;
    const [left, top] = corners[step];
    room.take([left - 1, top, left + width + 1, top + height]);
    context.globalAlpha = opacity;
    context.fillStyle = colours.ink;
    context.textAlign = { right: "left", left: "right" }[step] ?? "center";
    const anchor = { right: left, left: left + width }[step] ?? x;
    node.lines.forEach((line, n) => write(context, line, anchor, top + size * 1.16 * (n + 0.5)));
  }
}
function drawProperties(context, { data, network, edgeShown, focus, hovered, colours }, room, scale) {
  const size = Math.max(9.5, Math.min(10.5 * Math.sqrt(scale), 13));
  context.font = `400 ${size}px ${FONT}`;
  context.textAlign = "center";
  context.globalAlpha = 1;
  const asked = (i) => i === hovered || (focus ? focus.edges.has(i) : scale >= OVERVIEW);
  const wanted = data.edges.map((_, i) => i).filter((i) => edgeShown(i) && asked(i));
  for (const i of wanted) {
    const edge = data.edges[i];
    const drawn = network.body.edges[i];
    if (!drawn || !drawn.connected) continue;
    const [a, b] = [drawn.from, drawn.to].map((end) => network.canvasToDOM(end));
    const sizes = (data.nodes[edge.from].size + data.nodes[edge.to].size) * scale;
    const width = widthOf(context, edge.label);
    if (hovered !== i && Math.hypot(b.x - a.x, b.y - a.y) - sizes < width + 14) continue;
    let angle = Math.atan2(b.y - a.y, b.x - a.x);
    if (Math.abs(angle) > Math.PI / 2) angle += Math.PI;
    const half = size * 0.62;
    const boxesAt = (middle) => { // squares along the slanted words
      const boxes = [];
      for (let at = -width / 2 + half; at < width / 2 + half; at += 2 * half) {
        const x = middle.x + Math.cos(angle) * Math.min(at, width / 2 - half);
        const y = middle.y + Math.sin(angle) * Math.min(at, width / 2 - half);
        boxes.push([x - half, y - half, x + half, y + half]);
      }
      return boxes;
    };
    const spots = [0.5, 0.38, 0.62].map((part) => network.canvasToDOM(drawn.edgeType.getPoint(part)));
    const middle = spots.find((spot) => boxesAt(spot).every((box) => room.isFree(box))) ?? (hovered === i ? spots[0] : null);
    if (!middle) continue;
    boxesAt(middle).forEach((box) => room.take(box));
    context.save();
    context.translate(middle.x, middle.y);
    context.rotate(angle);
    context.fillStyle = focus || hovered === i ? colours.ink : colours["edge-ink"];
    write(context, edge.label, 0, 0);
    context.restore();
  }
}
function drawWords(context, picture) {
  const { data, network, byWeight, nodeShown, focus, colours } = picture;
  const canvas = context.canvas;
  const ratio = canvas.width / canvas.clientWidth;
  const scale = network.getScale();
  const room = new Room();
  const places = data.nodes.map((node, i) => network.canvasToDOM(network.body.nodes[i] ?? node));
  const shown = byWeight.filter(nodeShown);
  const bright = (i) => !focus || focus.nodes.has(i);
  const [near, far] = [shown.filter(bright), shown.filter((i) => !bright(i))];
  const block = (i) => {
    const radius = data.nodes[i].size * scale;
    const { x, y } = places[i];
    room.take([x - radius, y - radius, x + radius, y + radius]);
  };
  context.save();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = colours.ground;
  near.forEach(block);
  drawNames(context, picture, room, scale, places, near, 1);
  drawProperties(context, picture, room, scale);
  far.forEach(block);
  drawNames(context, picture, room, scale, places, far, 0.22);
  context.restore();
}

