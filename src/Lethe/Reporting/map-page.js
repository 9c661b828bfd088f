// What stands around the map: controls, the key of its colours, the overview, the selection, and an image with its neighbours.

const byId = id => document.getElementById(id);
const spoken = byId('map-spoken');
const say = text => { spoken.textContent = text; };
const percent = share => `${(100 * share).toFixed(0)} %`;
const projections = { components: 'principal components', neighbours: 'neighbours' };

function choice(title, name, options, picked, pick) {
  const row = element('fieldset', {}, element('legend', {}, title));
  options.forEach(([value, text]) => {
    const input = element('input', { type: 'radio', name, value, id: `${name}-${value}`, onchange: () => pick(value) });
    input.checked = value === picked;
    row.append(input, element('label', { for: `${name}-${value}` }, text));
  });
  return row;
}

const button = (text, press, properties = {}) => element('button', { type: 'button', onclick: press, ...properties }, text);

// Another layer, state, projection or colour. What is selected and opened stays.
function show(change) {
  Object.assign(now, change);
  if (change.layer !== undefined || change.state !== undefined || change.projection !== undefined) whole();
  controls();
  changed();
}

function changed() {
  legend();
  quality();
  overview();
  selection();
  detail();
  redraw();
}

function controls() {
  const picked = document.activeElement && document.activeElement.id;
  const all = new Set(data.states.flatMap(state => state.layers).flatMap(layer => layer.pictures).map(one => one.projection));
  const colours = element('select', { id: 'map-colour', onchange: event => show({ colour: event.target.value }) });
  for (const [key, by] of Object.entries(colouring)) {
    const option = element('option', { value: key }, by.title);
    option.selected = key === now.colour;
    colours.append(option);
  }
  byId('map-controls').replaceChildren(
    choice('State', 'map-state', data.states.map((state, s) => [s, state.label]), now.state, s => show({ state: Number(s) })),
    choice('Layer', 'map-layer', data.states[now.state].layers.map((layer, l) => [l, layer.layer]), now.layer,
      l => show({ layer: Number(l) })),
    choice('Picture by', 'map-projection', [...all].map(name => [name, projections[name] || name]), now.projection,
      projection => show({ projection })),
    element('p', {}, element('label', { for: 'map-colour' }, 'Colour by '), colours));
  if (picked && picked.startsWith('map-') && byId(picked)) byId(picked).focus({ preventScroll: true });
}

function legend() {
  const by = colouring[now.colour], list = element('ul', { class: 'map-key' });
  if (by.of) {
    by.names.forEach((name, k) => {
      const members = [];
      for (let i = 0; i < count; i++) if (by.of(i) === k) members.push(i);
      const dot = element('i', { 'aria-hidden': 'true' });
      dot.style.background = classColour(k);
      const press = button('', event => select(members, event.shiftKey), { title: `Select all ${members.length}; with Shift, add them` });
      press.append(dot, name, element('small', {}, ` ${members.length}`));
      list.append(element('li', {}, press));
    });
  } else {
    const paint = painted(now.state, now.layer);
    if (!paint.values) list.append(element('li', {}, 'No number of this name belongs to this layer and state.'));
    else {
      const bar = element('i', { class: 'bar', 'aria-hidden': 'true' });
      bar.style.background = `linear-gradient(90deg, ${Array.from({ length: 9 }, (_, k) => ramp(k / 8)).join(', ')})`;
      list.append(element('li', {}, `${number(paint.low)} `, bar, ` ${number(paint.high)}`));
      const ranked = Array.from(paint.values, (value, i) => [value, i]).filter(pair => !Number.isNaN(pair[0])).sort((a, b) => b[0] - a[0]);
      const some = Math.max(1, Math.min(50, Math.round(ranked.length / 20)));
      list.append(element('li', {}, button(`select the highest ${some}`, () => select(ranked.slice(0, some).map(pair => pair[1])))));
      list.append(element('li', {}, button(`select the lowest ${some}`, () => select(ranked.slice(-some).map(pair => pair[1])))));
    }
  }
  const says = `${by.title}: ${by.says}. A disc was trained on, a square was not.`;
  byId('map-legend').replaceChildren(element('p', { class: 'note' }, says), list);
}

function quality() {
  const state = data.states[now.state], layer = here(), picture = pictureOf(now.state, now.layer);
  const trust = picture.trustworthiness, share = picture.explained ?? null;
  const word = trust >= 0.95 ? 'high' : trust >= 0.85 ? 'fair' : 'low: look at the nearest images instead';
  const held = share === null ? '' : ` It holds ${percent(share)} of the variance.`;
  byId('map-quality').textContent = `${layer.layer}, ${state.label}, by ${projections[picture.projection]}: trustworthiness `
    + `${trust.toFixed(2)} (${word}; 1 is best, about 0.5 is chance), of ${layer.dimension} numbers per image.${held}`;
  canvas.setAttribute('aria-label', `Map of ${count} images in ${layer.layer}, ${state.label}; arrow keys move between images`);
}

let cells = null;
function overview() {
  const table = byId('map-overview');
  if (!cells) {
    cells = [];
    const head = element('tr', {}, element('td'));
    data.states.forEach(state => head.append(element('th', { scope: 'col' }, state.label)));
    const body = element('tbody');
    data.states[0].layers.forEach((layer, l) => {
      const row = element('tr', {}, element('th', { scope: 'row' }, layer.layer));
      data.states.forEach((state, s) => {
        if (!state.layers[l]) return;
        const small = element('canvas', { 'aria-hidden': 'true' });
        const press = button('', () => show({ state: s, layer: l }), { 'aria-label': `Show ${layer.layer}, ${state.label}` });
        press.append(small);
        row.append(element('td', {}, press));
        cells.push({ small, press, s, l });
      });
      body.append(row);
    });
    table.replaceChildren(element('caption', {}, table.dataset.caption), element('thead', {}, head), body);
  }
  const side = 80, at = v => 5 + v / 65535 * (side - 10);
  for (const { small, press, s, l } of cells) {
    press.setAttribute('aria-pressed', String(s === now.state && l === now.layer));
    draw(small, s, l, 1500, 1.1, { width: side, height: side, x: at, y: v => side - at(v) });
  }
}

let shown = 120;
function selection() {
  const images = chosen(), box = byId('map-selection'), seen = images.filter(isSeen).length;
  byId('map-count').textContent = images.length === 0 ? 'Nothing is selected. Draw a lasso, or press a colour of the key.'
    : `${images.length} of ${count} selected: ${seen} trained on, ${images.length - seen} unseen.`;
  for (const one of document.querySelectorAll('#map-actions button')) one.disabled = images.length === 0;
  box.replaceChildren(...images.slice(0, shown).map(i => imageButton(i)));
  if (images.length > shown) box.append(button(`Show ${Math.min(240, images.length - shown)} more`, () => { shown += 240; selection(); }));
}

function imageButton(i, of = -1) {
  const same = of >= 0 && labels ? (labels[i] === labels[of] ? ' same' : ' other') : '';
  const press = button('', () => open(i), {
    class: 'image' + same, 'aria-label': sentence(i) + (same ? `, ${same.trim()} class` : ''), title: sentence(i),
    onmouseenter: () => { now.hover = i; redraw(); }, onmouseleave: () => { now.hover = -1; redraw(); },
  });
  press.append(thumbnail(i, true));
  return press;
}

function open(i) {
  now.open = i;
  if (i >= 0) now.cursor = i;
  detail();
  redraw();
  if (i >= 0) say(`${sentence(i)}. Its nearest images are listed beside the map.`);
}

function detail() {
  const box = byId('map-detail'), i = now.open;
  box.hidden = i < 0;
  if (i < 0) return;
  const after = data.states.findLastIndex(state => state.stage === 'umm'), before = stateOf('before');
  const shownStates = [...new Set([before, after < 0 ? now.state : after])].filter(s => s >= 0);
  const facts = numbered().map(([title, values]) => `${title} ${number(values[i])}`);
  const rows = data.states[0].layers.map((layer, l) => element('div', { class: 'map-near' }, element('h4', {}, layer.layer),
    ...shownStates.map(s => {
      const list = nearest(layerOf(s, l), i);
      const others = shownStates.filter(other => other !== s).flatMap(other => nearest(layerOf(other, l), i));
      const alike = list.filter(j => labels && labels[j] === labels[i]).length;
      const same = labels && labels[i] !== noLabel ? `${alike} of ${list.length} of its class` : '';
      const kept = others.length ? `${list.filter(j => others.includes(j)).length} in both` : '';
      return element('div', {}, element('span', { class: 'note' }, [data.states[s].label, same, kept].filter(text => text).join(' · ')),
        element('div', { class: 'thumbs' }, ...list.map(j => imageButton(j, i))));
    })));
  const big = thumbnail(i);
  big.classList.add('large');
  box.replaceChildren(
    element('div', { class: 'map-image' }, big, element('div', {}, element('h3', {}, data.names[i]),
      element('p', {}, [classOf(i), partOf(i)].filter(text => text).join(' · ')), element('p', { class: 'note' }, facts.join(' · ')))),
    element('p', {},
      button(selected[i] ? 'Take out of the selection' : 'Add to the selection', () => { selected[i] ^= 1; changed(); }), ' ',
      button('Select its nearest here', () => select([i, ...nearest(here(), i)])), ' ',
      button('Close', () => { open(-1); canvas.focus(); })),
    element('h3', {}, `Its nearest images${shownStates.length > 1 ? ', before and after' : ''}`), ...rows);
}

function setLasso(on) {
  lassoing = on;
  canvas.classList.toggle('lasso', on);
  byId('map-lasso').setAttribute('aria-pressed', String(on));
}

async function copyPaths() {
  const text = chosen().map(i => data.names[i]).join('\n');
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Where a page may not reach the clipboard by itself, as in some browsers from a file.
    const area = element('textarea', { 'aria-hidden': 'true', class: 'off' });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  say(`${chosen().length} paths were copied.`);
  byId('map-told').textContent = `${chosen().length} paths copied.`;
}

const numbered = () => Object.values(colouring).filter(by => valuesOf(by)).map(by => [by.title, valuesOf(by)]);
const cell = value => /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
function csv() {
  const values = numbered();
  const head = ['path', 'part', ...labels ? ['class'] : [], 'state', 'layer', ...values.map(([title]) => title)];
  const where = [data.states[now.state].label, here().layer];
  const rows = chosen().map(i => [data.names[i], partOf(i), ...labels ? [classOf(i)] : [], ...where,
    ...values.map(([, all]) => Number.isNaN(all[i]) ? '' : String(Number(all[i].toPrecision(7))))]);
  return [head, ...rows].map(row => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

function saveCsv() {
  const link = element('a', { href: URL.createObjectURL(new Blob([csv()], { type: 'text/csv' })), download: 'selection.csv' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  byId('map-told').textContent = `${chosen().length} rows written to selection.csv.`;
}

byId('map-tools').append(
  button('Lasso', () => setLasso(!lassoing), { id: 'map-lasso', 'aria-pressed': 'false', title: 'Draw around images to select them (L)' }),
  button('+', () => zoomBy(1.4), { 'aria-label': 'Zoom in', title: 'Zoom in (+)' }),
  button('−', () => zoomBy(1 / 1.4), { 'aria-label': 'Zoom out', title: 'Zoom out (−)' }),
  button('Whole', whole, { title: 'Show the whole map (0)' }));
byId('map-actions').append(
  button('Copy paths', copyPaths), ' ', button('Save as CSV', saveCsv), ' ', button('Clear', () => select([])));

now.state = Math.max(0, stateOf('before'));
now.layer = Math.max(0, data.states[now.state].layers.findIndex(layer => layer.layer === data.start));
now.projection = here().pictures[here().pictures.length - 1].projection;
byId('map').classList.add('ready');
controls();
changed();
new ResizeObserver(redraw).observe(canvas);
dark.addEventListener('change', changed);
for (const link of document.querySelectorAll('[data-image]')) link.addEventListener('click', () => open(Number(link.dataset.image)));
