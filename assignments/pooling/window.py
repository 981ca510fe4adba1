"""Interactive pictures: plain JavaScript, which needs no package and no network."""

import json

from drawing import COLOURS
from IPython.display import display


def layer_window():
    """Show an image, the outputs and the layer as a matrix; share and sparse can be switched."""
    settings = {"side": 4, "kernel": 2, "colours": COLOURS}
    show_window(LAYER, settings, "one layer, four ways to connect it")


def pooling_window():
    """Show how a gradient goes back through max and through average pooling, window by window."""
    x = [[1, 3, 2, 0], [4, 2, 1, 5], [0, 1, 8, 6], [2, 7, 3, 4]]
    show_window(POOLING, {"x": x, "dout": [10, 20, 30, 40]}, "a gradient on its way back")


def show_window(script, settings, title):
    """Show what a script builds; where none runs, a sentence says so."""
    code = f"{{const settings = {json.dumps(settings)};\n{TOOLS}\n{script}}}"
    words = f"An interactive picture: {title}. It needs a notebook in which this cell has been run."
    display({"application/javascript": code, "text/plain": words}, raw=True)


# `element` is the cell's output.
TOOLS = r"""
const place = element.jquery ? element[0] : element;
const root = place.appendChild(document.createElement("section"));
root.className = "window";
root.style.cssText = "font: 14px sans-serif; max-width: 1000px; line-height: 1.6";
function add(parent, tag, text = "", attributes = {}) {
  const made = parent.appendChild(document.createElement(tag));
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
function withKeys(one) {  // Jupyter would take the keys for its own shortcuts
  one.setAttribute("data-lm-suppress-shortcuts", "true");
  return one;
}
function control(parent, text, tag, attributes) {
  const label = add(parent, "label", "", { style: "margin-right: 18px" });
  if (attributes.type !== "checkbox") add(label, "span", text + " ");
  const made = withKeys(add(label, tag, "", attributes));
  if (attributes.type === "checkbox") add(label, "span", " " + text);
  return made;
}
function choice(parent, text, name, options) {
  const made = control(parent, text, "select", { name });
  for (const [value, words] of Object.entries(options)) add(made, "option", words, { value });
  return made;
}
function table(parent, caption, rows, columns, name) {
  const made = add(parent, "table", "", {
    class: name, style: "border-collapse: collapse; margin: 0; table-layout: auto" });
  add(made, "caption", caption, { style: "text-align: left; padding: 2px 0; color: inherit" });
  const body = add(made, "tbody");
  for (let i = 0; i < rows; i++) {
    const row = add(body, "tr");
    for (let j = 0; j < columns; j++) add(row, "td");
  }
  return body;
}
function number(count, what) { return `${count} ${what}${count === 1 ? "" : "s"}`; }
function paint(cell, text, colour, mark, size, note = "") {
  cell.textContent = "";
  if (note) add(cell, "small", note, { style: "font-weight: normal; margin-right: 5px" });
  cell.append(text);
  cell.style.cssText = `width: ${size}px; min-width: ${size}px; height: ${size}px; padding: 0;
    text-align: center; border: 1px solid #888; color: #000; background: ${colour};
    font-size: ${size > 30 && String(text).length < 5 ? 14 : 12}px; outline-offset: -3px;
    outline: ${mark ? "3px solid #000" : "none"}; font-weight: ${mark ? "bold" : "normal"}`;
}
"""

LAYER = r"""
const { side, kernel, colours } = settings, pixels = side * side;
const line = add(root, "div"), boxes = add(root, "div");
const slider = control(line, "output", "input",
  { type: "range", min: 0, value: 0, name: "output" });
const stride = choice(line, "stride", "stride", { 1: "1", 2: "2" });
const sparse = control(boxes, "sparse: an output sees only its window", "input",
  { type: "checkbox", name: "sparse" });
const share = control(boxes, "share: outputs use the same weights again", "input",
  { type: "checkbox", name: "share" });
sparse.checked = share.checked = true;
const count = add(root, "p", "", { role: "status", style: "font-weight: bold; margin: 6px 0" });
const said = add(root, "p", "", { "aria-live": "polite", class: "said", style: "margin: 6px 0" });
const flow = add(root, "div", "", {
  style: "display: flex; gap: 24px; flex-wrap: wrap; align-items: flex-start" });
let image, outputs, matrix, across, chosen = null, focused = [0, 0];

const outputName = (o) => `h${Math.floor(o / across) + 1}${(o % across) + 1}`;
function weight(o, p) {  // from the start of the output's window to the pixel
  const row = Math.floor(p / side) - Math.floor(o / across) * stride.value;
  const column = (p % side) - (o % across) * stride.value;
  const inside = Math.min(row, column) >= 0 && Math.max(row, column) < kernel;
  if (sparse.checked && !inside) return null;
  return share.checked ? `${row},${column}` : `${o}:${p}`;
}
function kind() {
  if (sparse.checked) return share.checked ? "This is a convolution."
    : "This is the locally connected layer: sparse, and every output has weights of its own.";
  return share.checked
    ? "Every output sees everything, and they share: one weight for each displacement (how many "
      + "rows and columns the pixel is away from the output). What would that be good for?"
    : "This is the dense layer: every output sees everything, with weights of its own.";
}
function build() {
  across = Math.floor((side - kernel) / stride.value) + 1;
  slider.max = across * across - 1;
  flow.textContent = "";
  const seen = `image, ${side} × ${side}: the pixel's number, bold its weight`;
  image = table(flow, seen, side, side, "image");
  outputs = table(flow, `outputs, ${across} × ${across}`, across, across, "outputs");
  matrix = table(flow, "the layer as a matrix: a row is an output, a column is a pixel",
    across * across, pixels, "matrix");
  [...matrix.rows].forEach((row, o) => {
    const name = document.createElement("th");
    name.textContent = outputName(o);
    name.scope = "row";
    name.style.cssText = "font-weight: normal; padding: 0 6px 0 0; color: inherit";
    row.prepend(name);
    [...row.cells].slice(1).forEach((cell, p) => {
      withKeys(cell).onmouseenter = () => light(o, p);
      cell.onfocus = () => { focused = [o, p]; light(o, p); };
      cell.onmouseleave = cell.onblur = () => { chosen = null; draw(); };
    });
  });
  const head = matrix.parentElement.insertBefore(document.createElement("thead"), matrix);
  const numbers = add(head, "tr");
  add(numbers, "td");
  for (let p = 1; p <= pixels; p++) add(numbers, "th", p, {
    scope: "col", style: "font-weight: normal; padding: 0; text-align: center; color: inherit" });
  matrix.onkeydown = move;
  focused = [0, 0];
}
function light(o, p) { chosen = weight(o, p); draw(); }
function move(event) {
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  if (!step[event.key]) return;
  event.preventDefault();
  const [o, p] = focused.map((at, axis) => at + step[event.key][axis]);
  if (o >= 0 && p >= 0 && o < across * across && p < pixels) matrix.rows[o].cells[p + 1].focus();
}
function draw() {
  const o = +slider.value, names = new Map(), uses = new Map();
  let connections = 0;
  for (let q = 0; q < across * across; q++) for (let p = 0; p < pixels; p++) {
    const w = weight(q, p);
    if (w === null) continue;
    connections++;
    uses.set(w, (uses.get(w) || 0) + 1);
    if (!names.has(w)) names.set(w, names.size + 1);
  }
  const letters = names.size <= 9;
  const name = (w) => w === null ? "" : letters ? "abcdefghi"[names.get(w) - 1] : names.get(w);
  const colour = (w) => letters ? colours[name(w)] : `hsl(${names.get(w) * 137.5}, 60%, 80%)`;
  const mine = new Set();
  for (let p = 0; p < pixels; p++) mine.add(weight(o, p));
  const lit = (w) => w !== null && (chosen === null ? mine.has(w) : w === chosen);
  const pale = (w) => w === null ? "#ffffff" : lit(w) ? colour(w) : "#dddddd";
  const met = new Set(), users = new Set();
  [...matrix.rows].forEach((row, q) => [...row.cells].slice(1).forEach((cell, p) => {
    const w = weight(q, p), mark = chosen === null ? q === o && w !== null : w === chosen;
    if (chosen !== null && w === chosen) { met.add(p); users.add(q); }
    paint(cell, name(w), pale(w), mark, 24);
    if (lit(w)) cell.style.fontWeight = "bold";  // seen without colours as well
    if (cell === document.activeElement) cell.style.outline = "3px dashed #000000";
    cell.tabIndex = q === focused[0] && p === focused[1] ? 0 : -1;
    cell.setAttribute("aria-label", `${outputName(q)} and pixel ${p + 1}: `
      + (w === null ? "no connection" : `weight ${name(w)}, used ${number(uses.get(w), "time")}`));
  }));
  [...image.rows].forEach((row, i) => [...row.cells].forEach((cell, j) => {
    const p = side * i + j, w = weight(o, p);
    const one = chosen === null ? w !== null : met.has(p);
    const w0 = chosen === null ? w : chosen;
    paint(cell, one ? name(w0) : "", one ? colour(w0) : "#ffffff", one, 44, p + 1);
  }));
  [...outputs.rows].forEach((row, i) => [...row.cells].forEach((cell, j) => {
    const q = across * i + j, one = chosen === null ? q === o : users.has(q);
    paint(cell, outputName(q), one ? "#dddddd" : "#ffffff", one, 44);
  }));
  slider.setAttribute("aria-valuetext", outputName(o));
  const total = `${connections} connections, ${names.size} weights.`;
  if (count.textContent !== `${total} ${kind()}`) count.textContent = `${total} ${kind()}`;
  const again = [...mine].filter((w) => w !== null).reduce((sum, w) => sum + uses.get(w) - 1, 0);
  said.textContent = chosen !== null
    ? `Weight ${name(chosen)} joins ${number(uses.get(chosen), "pair")} of a pixel and an output.`
    : `${outputName(o)} sees ${[...mine].filter((w) => w !== null).length} pixels. `
      + `Its weights are used ${number(again, "more time")} by other outputs.`;
}
stride.onchange = () => { slider.value = 0; chosen = null; build(); draw(); };
slider.oninput = sparse.onchange = share.onchange = () => { chosen = null; draw(); };
build();
draw();
"""

POOLING = r"""
const { x, dout } = settings;
const line = add(root, "div");
const way = choice(line, "pooling by", "pooling", { max: "maximum", average: "average" });
const windows = choice(line, "windows", "windows",
  { "2,2": "size 2, stride 2: side by side", "3,1": "size 3, stride 1: overlapping" });
const slider = control(line, "windows that have sent their gradient back", "input",
  { type: "range", min: 0, max: 4, value: 1, name: "sent" });
const said = add(root, "p", "", { role: "status", style: "margin: 6px 0" });
const flow = add(root, "div", "", {
  style: "display: flex; gap: 24px; flex-wrap: wrap; align-items: flex-start" });
const input = table(flow, "input x", 4, 4, "input"), out = table(flow, "dout", 2, 2, "dout");
const back = table(flow, "dx, so far", 4, 4, "dx");
const short = (number) => String(Math.round(number * 100) / 100);
function seenBy(k) {
  const [size, stride] = windows.value.split(",").map(Number), seen = [];
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++)
    seen.push([Math.floor(k / 2) * stride + i, (k % 2) * stride + j]);
  return seen;
}
function receivers(k) {
  const seen = seenBy(k), largest = Math.max(...seen.map(([i, j]) => x[i][j]));
  return way.value === "average" ? seen : [seen.find(([i, j]) => x[i][j] === largest)];
}
function draw() {
  const sent = +slider.value, dx = x.map((row) => row.map(() => 0));
  for (let k = 0; k < sent; k++) for (const [i, j] of receivers(k))
    dx[i][j] += dout[k] / receivers(k).length;
  const now = sent ? seenBy(sent - 1) : [], gets = sent ? receivers(sent - 1) : [];
  const has = (list, i, j) => list.some(([row, column]) => row === i && column === j);
  for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) {
    paint(input.rows[i].cells[j], x[i][j], has(now, i, j) ? "#56B4E9" : "#ffffff",
      has(gets, i, j), 44);
    paint(back.rows[i].cells[j], short(dx[i][j]), dx[i][j] ? "#E69F00" : "#ffffff",
      has(gets, i, j), 44);
  }
  dout.forEach((g, k) => paint(out.rows[Math.floor(k / 2)].cells[k % 2], g,
    k < sent ? "#E69F00" : "#ffffff", k === sent - 1, 44));
  const zeros = dx.flat().filter((g) => g === 0).length;
  const sum = dx.flat().reduce((a, b) => a + b, 0);
  const who = way.value === "max" ? "its largest input, which gets all of it."
    : `its ${gets.length} inputs, in equal shares.`;
  said.textContent = (sent ? `Window ${sent} of 4 sends ${dout[sent - 1]} back to ${who} ` : "")
    + `In dx ${zeros} of 16 numbers are zero; together they are ${short(sum)}.`;
  slider.setAttribute("aria-valuetext", `${sent} of 4`);
}
root.oninput = draw;
draw();
"""
