// The map itself: points on a canvas, with zoom, pan, a cursor for the keyboard, hover, and a lasso.

const dark = window.matchMedia('(prefers-color-scheme: dark)');
const still = window.matchMedia('(prefers-reduced-motion: reduce)');
const cssOf = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Okabe and Ito's first, which people of any colour vision tell apart; more classes go round the wheel.
const first = {
  light: ['#0072b2', '#d0500a', '#00855f', '#a0448c', '#8a6a00', '#2f8fd0', '#3b3f46', '#c22f4e', '#5a7d00', '#6a52c4'],
  dark: ['#56b4e9', '#f2843c', '#1fbf8f', '#d77fc1', '#e6c229', '#9fd3ff', '#d5d9df', '#ff7f93', '#b2d13a', '#a898ff'],
};
const scale = {
  light: [[176, 183, 195], [90, 162, 201], [0, 114, 178], [75, 20, 110]],
  dark: [[74, 80, 92], [60, 127, 174], [86, 180, 233], [232, 246, 255]],
};
const theme = () => dark.matches ? 'dark' : 'light';
const classColour = k => first[theme()][k] || `hsl(${(k * 137.5) % 360} 60% ${dark.matches ? 68 : 38}%)`;

function ramp(share) {
  const stops = scale[theme()], at = Math.max(0, Math.min(1, share)) * (stops.length - 1);
  const from = Math.min(Math.floor(at), stops.length - 2);
  return `rgb(${stops[from].map((low, c) => Math.round(low + (at - from) * (stops[from + 1][c] - low))).join(' ')})`;
}

// The ends of a scale of numbers: most of them, so that one far out does not flatten the rest. Of many, some thousands tell.
function rangeOf(by, values) {
  if (by.most !== undefined) return [by.least, by.most];
  const step = Math.max(1, Math.floor(values.length / 4000));
  const sorted = Array.from(values).filter((value, i) => i % step === 0 && !Number.isNaN(value)).sort((a, b) => a - b);
  if (!sorted.length) return [0, 1];
  const at = share => sorted[Math.round(share * (sorted.length - 1))];
  return at(0.01) < at(0.99) ? [at(0.01), at(0.99)] : [sorted[0], sorted[sorted.length - 1]];
}

// The colour of each image, as a number into a palette, so that points of one colour are drawn together.
function painted(s, l) {
  const by = colouring[now.colour];
  if (by.of) {
    const palette = by.names.map((_, k) => classColour(k)).concat(cssOf('--untrained'));
    return { palette, of: i => Math.min(by.of(i), by.names.length) };
  }
  const values = valuesOf(by, s, l), none = 32;
  const palette = Array.from({ length: none }, (_, k) => ramp(k / (none - 1))).concat(cssOf('--rule'));
  if (!values) return { palette, of: () => none, values: null };
  const [low, high] = rangeOf(by, values);
  return {
    palette, values, low, high,
    of: i => Number.isNaN(values[i]) ? none : Math.round(Math.max(0, Math.min(1, (values[i] - low) / (high - low || 1))) * (none - 1)),
  };
}

const canvas = document.getElementById('map-canvas');
const view = { zoom: 1, x: 0, y: 0, width: 0, height: 0 };
const margin = 14;
const screenX = x => margin + (x / 65535 * view.zoom + view.x) * (view.width - 2 * margin);
const screenY = y => view.height - margin - (y / 65535 * view.zoom + view.y) * (view.height - 2 * margin);

function draw(target, state, layer, most, radius, place) {
  const context = target.getContext('2d'), ratio = window.devicePixelRatio || 1, at = points(state, layer);
  const { width, height } = place, some = chosen().length > 0, paint = painted(state, layer);
  if (target.width !== Math.round(width * ratio)) target.width = Math.round(width * ratio);
  if (target.height !== Math.round(height * ratio)) target.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const step = Math.max(1, Math.floor(count / most)), groups = paint.palette.map(() => []);
  for (let i = 0; i < count; i++)
    if (selected[i] || i % step === 0) groups[paint.of(i)].push(i);
  for (const ringed of [false, true]) {
    groups.forEach((members, colour) => {
      context.fillStyle = paint.palette[colour];
      context.globalAlpha = ringed || !some ? 0.85 : 0.16;
      context.beginPath();
      for (const i of members) {
        if ((selected[i] === 1) !== ringed) continue;
        const x = place.x(at[2 * i]), y = place.y(at[2 * i + 1]);
        if (x < -9 || y < -9 || x > width + 9 || y > height + 9) continue;
        const size = ringed ? radius + 0.6 : radius;
        context.moveTo(x + size, y);
        if (isSeen(i)) context.arc(x, y, size, 0, 7);
        else context.rect(x - size, y - size, 2 * size, 2 * size);
      }
      context.fill();
    });
  }
  context.globalAlpha = 1;
  return context;
}

function mark(context, i, colour, radius, at) {
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(screenX(at[2 * i]), screenY(at[2 * i + 1]), radius, 0, 7);
  context.stroke();
}

let waiting = false;
function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    const box = canvas.getBoundingClientRect();
    [view.width, view.height] = [box.width, box.height];
    const radius = Math.max(1.2, Math.min(3.4, 90 / Math.sqrt(count))) * Math.min(2.2, Math.sqrt(view.zoom));
    const context = draw(canvas, now.state, now.layer, count, radius, { width: box.width, height: box.height, x: screenX, y: screenY });
    const at = points(now.state, now.layer), ink = cssOf('--ink');
    if (now.open >= 0) {
      for (const j of nearest(here(), now.open)) mark(context, j, cssOf('--last'), 5, at);
      mark(context, now.open, ink, 8, at);
    }
    if (now.cursor >= 0) mark(context, now.cursor, ink, 7, at);
    if (now.hover >= 0) mark(context, now.hover, ink, 6, at);
    if (lasso.length > 1) {
      context.strokeStyle = ink;
      context.setLineDash([5, 4]);
      context.beginPath();
      lasso.forEach(([x, y], k) => k ? context.lineTo(x, y) : context.moveTo(x, y));
      context.closePath();
      context.stroke();
      context.setLineDash([]);
    }
  });
}

// The image under a place of the canvas; -1 where there is none within reach.
function under(x, y, reach = 12) {
  const at = points(now.state, now.layer);
  let best = -1, least = reach * reach;
  for (let i = 0; i < count; i++) {
    const dx = screenX(at[2 * i]) - x, dy = screenY(at[2 * i + 1]) - y, square = dx * dx + dy * dy;
    if (square < least) [best, least] = [i, square];
  }
  return best;
}

function zoomBy(factor, x = view.width / 2, y = view.height / 2) {
  const zoom = Math.max(1, Math.min(60, view.zoom * factor)), change = zoom / view.zoom;
  const u = (x - margin) / (view.width - 2 * margin), v = (view.height - margin - y) / (view.height - 2 * margin);
  [view.x, view.y, view.zoom] = [u - (u - view.x) * change, v - (v - view.y) * change, zoom];
  settle();
}

function panBy(dx, dy) {
  view.x += dx / (view.width - 2 * margin);
  view.y -= dy / (view.height - 2 * margin);
  settle();
}

// The map stays where it can be found again.
function settle() {
  view.x = Math.max(0.5 - view.zoom, Math.min(0.5, view.x));
  view.y = Math.max(0.5 - view.zoom, Math.min(0.5, view.y));
  redraw();
}

function whole() {
  [view.zoom, view.x, view.y] = [1, 0, 0];
  redraw();
}

let lasso = [];
function inside(x, y) {
  let odd = false;
  for (let i = 0, j = lasso.length - 1; i < lasso.length; j = i++) {
    const [xi, yi] = lasso[i], [xj, yj] = lasso[j];
    if ((yi > y) !== (yj > y) && x < (xj - xi) * (y - yi) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}

// The next image from one in a direction, within an eighth of a turn to each side where there is one.
function next(from, dx, dy) {
  const at = points(now.state, now.layer);
  const x = from < 0 ? view.width / 2 : screenX(at[2 * from]), y = from < 0 ? view.height / 2 : screenY(at[2 * from + 1]);
  let best = from, least = Infinity;
  for (let i = 0; i < count; i++) {
    if (i === from) continue;
    const ux = screenX(at[2 * i]) - x, uy = screenY(at[2 * i + 1]) - y;
    const along = from < 0 ? 1 : ux * dx + uy * dy, across = from < 0 ? Math.hypot(ux, uy) : Math.abs(ux * dy) + Math.abs(uy * dx);
    if (along <= 0.01) continue;
    const cost = from < 0 ? across : along + 2 * across;
    if (cost < least) [best, least] = [i, cost];
  }
  return best;
}
