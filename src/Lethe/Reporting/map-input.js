// Mouse, touch and keys on the map.

const tip = document.getElementById('map-tip');
let lassoing = false;

function showTip(i) {
  now.hover = i;
  tip.hidden = i < 0;
  if (i >= 0) {
    const by = colouring[now.colour], values = valuesOf(by);
    tip.replaceChildren(
      thumbnail(i, true), element('b', {}, data.names[i]), element('span', {}, [classOf(i), partOf(i)].filter(text => text).join(' · ')),
      values ? element('span', {}, `${by.title}: ${number(values[i])}`) : null);
    const at = points(now.state, now.layer), x = screenX(at[2 * i]), y = screenY(at[2 * i + 1]);
    tip.style.left = `${Math.max(4, Math.min(x + 14, view.width - tip.offsetWidth - 4))}px`;
    tip.style.top = `${y + 18 + tip.offsetHeight > view.height ? Math.max(4, y - tip.offsetHeight - 14) : y + 18}px`;
  }
  redraw();
}

// The parts of a selection that is asked for: the images, or with more of it those beside the ones that are selected already.
function select(images, more) {
  if (!more) selected.fill(0);
  for (const i of images) selected[i] = 1;
  changed();
}

const place = event => {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
};
const fingers = new Map();
let start = null, moved = 0, spread = 0;

canvas.addEventListener('pointerdown', event => {
  canvas.focus({ preventScroll: true });
  fingers.set(event.pointerId, place(event));
  canvas.setPointerCapture(event.pointerId);
  [start, moved] = [place(event), 0];
  if (fingers.size === 2) [lasso, spread] = [[], gap()];
  else if (lassoing) lasso = [start];
});

function gap() {
  const [[ax, ay], [bx, by]] = [...fingers.values()];
  return Math.hypot(ax - bx, ay - by) || 1;
}

canvas.addEventListener('pointermove', event => {
  const [x, y] = place(event), held = fingers.get(event.pointerId);
  if (!held) {
    showTip(under(x, y));
    return;
  }
  fingers.set(event.pointerId, [x, y]);
  moved += Math.hypot(x - held[0], y - held[1]);
  if (fingers.size === 2) {
    const [[ax, ay], [bx, by]] = [...fingers.values()], wide = gap();
    panBy((x - held[0]) / 2, (y - held[1]) / 2);
    zoomBy(wide / spread, (ax + bx) / 2, (ay + by) / 2);
    spread = wide;
  } else if (lassoing) {
    // A browser that is busy gives many moves as one.
    const all = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const one of all.length ? all : [event]) {
      const to = place(one), from = lasso[lasso.length - 1] || to;
      moved += Math.hypot(to[0] - from[0], to[1] - from[1]);
      lasso.push(to);
    }
    redraw();
  } else if (moved > 4 && event.pointerType !== 'touch') {
    showTip(-1);
    panBy(x - held[0], y - held[1]);
  }
});

function release(event) {
  const ended = fingers.delete(event.pointerId);
  if (!ended || fingers.size > 0) return;
  const ring = lasso;
  if (ring.length > 2 && moved > 8 && event.type === 'pointerup') {
    const at = points(now.state, now.layer), found = [];
    for (let i = 0; i < count; i++) if (inside(screenX(at[2 * i]), screenY(at[2 * i + 1]))) found.push(i);
    lasso = [];
    select(found, event.shiftKey);
    say(`${found.length} images in the lasso.`);
    return;
  }
  lasso = [];
  if (moved <= 4 && event.type === 'pointerup') {
    const i = under(...start, event.pointerType === 'touch' ? 24 : 12);
    if (i >= 0 && event.shiftKey) {
      selected[i] ^= 1;
      changed();
    } else open(i);
  }
  redraw();
}
canvas.addEventListener('pointerup', release);
canvas.addEventListener('pointercancel', release);
canvas.addEventListener('pointerleave', () => showTip(-1));
canvas.addEventListener('wheel', event => {
  if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
  event.preventDefault();
  zoomBy(Math.exp(-event.deltaY * 0.0015), ...place(event));
}, { passive: false });

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const keys = {
  '+': () => zoomBy(1.4), '=': () => zoomBy(1.4), '-': () => zoomBy(1 / 1.4), 0: whole,
  Enter: () => open(now.cursor),
  ' ': () => {
    if (now.cursor < 0) return;
    selected[now.cursor] ^= 1;
    changed();
    say(`${sentence(now.cursor)}: ${selected[now.cursor] ? 'selected' : 'no longer selected'}.`);
  },
  n: () => now.cursor >= 0 && select([now.cursor, ...nearest(here(), now.cursor)], true),
  l: () => setLasso(!lassoing),
  '[': () => show({ layer: Math.max(0, now.layer - 1) }),
  ']': () => show({ layer: Math.min(data.states[0].layers.length - 1, now.layer + 1) }),
  ',': () => show({ state: Math.max(0, now.state - 1) }), '.': () => show({ state: Math.min(data.states.length - 1, now.state + 1) }),
  Escape: () => now.open >= 0 ? open(-1) : select([]),
};
canvas.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (arrows[event.key]) {
    const [dx, dy] = arrows[event.key];
    if (event.shiftKey) panBy(-40 * dx, -40 * dy);
    else {
      now.cursor = next(now.cursor, dx, dy);
      if (now.cursor >= 0) {
        const at = points(now.state, now.layer), x = screenX(at[2 * now.cursor]), y = screenY(at[2 * now.cursor + 1]);
        if (x < 0 || x > view.width || y < 0 || y > view.height) panBy(view.width / 2 - x, view.height / 2 - y);
        showTip(now.cursor);
        say(sentence(now.cursor));
      }
    }
  } else if (keys[event.key]) keys[event.key]();
  else return;
  event.preventDefault();
});
canvas.addEventListener('blur', () => showTip(-1));
