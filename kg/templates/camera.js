"use strict";
// The part of the plane that is seen: moved, zoomed, asked what is where. Nothing is drawn unless something changed.
const NEAREST = 6;
const FARTHEST = 0.02;
const FEWEST = 600; // lines are drawn while the picture moves, however slow the machine
const MANY = 10000; // lines are all that there are
const REST = 140; // milliseconds without a move, after which names are placed anew

class Camera {
  constructor(canvas, draw, tap, hover) {
    Object.assign(this, { canvas, draw, tap, hover, x: 0, y: 0, scale: 1, moving: false, most: Infinity, drawn: 0, frame: 0, pointers: new Map() });
    new ResizeObserver(() => this.measure()).observe(canvas);
    this.measure();
    const on = (name, act) => canvas.addEventListener(name, (event) => act.call(this, event), { passive: false });
    on("pointerdown", this.press);
    on("pointermove", this.move);
    on("pointerup", this.release);
    on("pointercancel", this.release);
    on("pointerleave", () => this.hover(null));
    on("wheel", this.wheel);
    on("keydown", this.key);
  }
  measure() {
    [this.width, this.height, this.ratio] = [this.canvas.clientWidth, this.canvas.clientHeight, Math.min(devicePixelRatio, 2)];
    this.canvas.width = Math.round(this.width * this.ratio);
    this.canvas.height = Math.round(this.height * this.ratio);
    this.request();
  }
  toScreen(point) {
    return { x: (point.x - this.x) * this.scale + this.width / 2, y: (point.y - this.y) * this.scale + this.height / 2 };
  }
  toPlane(point) {
    return { x: (point.x - this.width / 2) / this.scale + this.x, y: (point.y - this.height / 2) / this.scale + this.y };
  }
  request() {
    this.frame ||= requestAnimationFrame((now) => { this.frame = 0; this.pace(now); this.draw(); });
  }
  // How many lines are drawn: all, but in a move as many as keep it fluid on this machine.
  pace(now) {
    const passed = now - this.drawn;
    this.drawn = now;
    if (!this.moving) this.most = Infinity;
    else if (passed > 34 && passed < REST * 5) this.most = Math.max(FEWEST, Math.min(this.most, MANY) * 0.6);
    else if (passed < 20) this.most *= 1.1;
  }
  moved() {
    this.moving = true;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => { this.moving = false; this.request(); }, REST);
    this.request();
  }
  zoom(factor, at = { x: this.width / 2, y: this.height / 2 }) {
    cancelAnimationFrame(this.flight);
    const before = this.toPlane(at);
    this.scale = Math.min(Math.max(this.scale * factor, FARTHEST), NEAREST);
    const after = this.toPlane(at);
    this.x += before.x - after.x;
    this.y += before.y - after.y;
    this.moved();
  }
  shift(x, y) {
    cancelAnimationFrame(this.flight);
    this.x -= x / this.scale;
    this.y -= y / this.scale;
    this.moved();
  }
  // To a place, at once or in so many milliseconds.
  go(place, duration) {
    cancelAnimationFrame(this.flight);
    if (!duration) {
      Object.assign(this, place, { moving: false });
      this.request();
      return;
    }
    const [from, start] = [{ x: this.x, y: this.y, scale: this.scale }, performance.now()];
    const step = (now) => {
      const part = Math.min(Math.max((now - start) / duration, 0), 1);
      const eased = part * part * (3 - 2 * part);
      for (const key of Object.keys(from)) this[key] = from[key] + (place[key] - from[key]) * eased;
      this.moved();
      if (part < 1) this.flight = requestAnimationFrame(step);
    };
    this.flight = requestAnimationFrame(step);
  }
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }
  press(event) {
    if (event.button > 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.at(event));
    this.dragged = this.pointers.size > 1;
    this.began = this.at(event);
  }
  move(event) {
    const [now, before] = [this.at(event), this.pointers.get(event.pointerId)];
    if (!before) { this.hover(now); return; }
    if (this.pointers.size === 1) {
      this.dragged ||= Math.hypot(now.x - this.began.x, now.y - this.began.y) > 4;
      if (this.dragged) this.shift(now.x - before.x, now.y - before.y);
      else return; // a click that trembles moves nothing, and starts from where it was
    } else {
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
      const spread = (point) => Math.max(Math.hypot(point.x - other.x, point.y - other.y), 10);
      const middle = (point) => ({ x: (point.x + other.x) / 2, y: (point.y + other.y) / 2 });
      this.shift(middle(now).x - middle(before).x, middle(now).y - middle(before).y);
      this.zoom(spread(now) / spread(before), middle(now));
    }
    this.pointers.set(event.pointerId, now);
  }
  release(event) {
    const known = this.pointers.delete(event.pointerId);
    if (known && event.type === "pointerup" && !this.dragged) this.tap(this.at(event), event.pointerType === "touch" ? 14 : 4);
  }
  wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016)), this.at(event));
  }
  key(event) {
    const way = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] }[event.key];
    const factor = { "+": 1.35, "=": 1.35, "-": 1 / 1.35 }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || (!way && !factor)) return;
    event.preventDefault();
    if (way) this.shift(...way);
    else this.zoom(factor);
  }
}

