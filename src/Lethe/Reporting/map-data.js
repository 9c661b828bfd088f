// What the page knows of its images. Numbers lie in it as base64 and are decoded when they are first asked for.

const data = JSON.parse(document.getElementById('map-data').textContent);
const count = data.names.length;
const decoded = new Map();

function bytes(text) {
  const raw = atob(text), found = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) found[i] = raw.charCodeAt(i);
  return found.buffer;
}

function numbers(text, type) {
  if (!decoded.has(text)) decoded.set(text, new type(bytes(text)));
  return decoded.get(text);
}

const labels = data.labels ? numbers(data.labels, Uint16Array) : null;
const noLabel = 65535;

// What is looked at, and what is selected: the same images in every layer and state.
const now = { state: 0, layer: 0, projection: '', colour: '', cursor: -1, open: -1, hover: -1, only: -1 };
const selected = new Uint8Array(count);
const chosen = () => { const list = []; for (let i = 0; i < count; i++) if (selected[i]) list.push(i); return list; };

const layerOf = (state, layer) => data.states[state].layers[layer];
const here = () => layerOf(now.state, now.layer);
const pictureOf = (state, layer) => {
  const all = layerOf(state, layer).pictures;
  return all.find(one => one.projection === now.projection) || all[0];
};
const points = (state, layer) => numbers(pictureOf(state, layer).points, Uint16Array);
const near = layer => numbers(layer.neighbours, Uint16Array);
const nearest = (layer, i) => Array.from(near(layer).subarray(i * layer.near, (i + 1) * layer.near));
const isolation = layer => layer.isolation ||= Float32Array.from(numbers(layer.distances, Uint16Array), value => 2 * value / 65535);
const isSeen = i => i < data.seen;
const partOf = i => isSeen(i) ? 'trained on' : 'unseen';
const classOf = i => labels && labels[i] !== noLabel ? data.classes[labels[i]] : '';
const stateOf = stage => data.states.findIndex(state => state.stage === stage);

function agreement(layer) {
  if (!layer.agreement) {
    const all = near(layer);
    layer.agreement = Float32Array.from({ length: count }, (_, i) => {
      let same = 0;
      for (let j = 0; j < layer.near; j++) same += labels[all[i * layer.near + j]] === labels[i] ? 1 : 0;
      return labels[i] === noLabel ? NaN : same / layer.near;
    });
  }
  return layer.agreement;
}

// A column is of one layer and state, or of all. Of its name, the one that fits best.
function column(name, s, l) {
  const layer = layerOf(s, l).layer, stage = data.states[s].stage;
  const fits = data.columns.filter(one => one.name === name && (!one.layer || one.layer === layer));
  return fits.find(one => one.stage === stage) || fits.find(one => !one.stage) || null;
}

const columnNames = [...new Set(data.columns.map(one => one.name))];
const meaningOf = name => data.columns.find(one => one.name === name).meaning;

// All that images can be coloured by: groups of them, or numbers.
function colourings() {
  const groups = (title, says, names, of) => ({ title, says, names, of });
  const all = {};
  if (labels) all.class = groups('class', 'the label of the image, which the encoder never saw', data.classes, i => labels[i]);
  all.part = groups('part', 'whether the encoder was trained on the image', ['trained on', 'unseen'], i => isSeen(i) ? 0 : 1);
  if (labels) all.agreement = {
    title: 'neighbour agreement', says: 'the share of the nearest images that have the same label; high is good',
    values: (s, l) => agreement(layerOf(s, l)),
    least: 0, most: 1,
  };
  all.isolation = {
    title: 'isolation', says: 'how far an image lies from its nearest ones, 1 − cosine on the mean; high is an outlier',
    values: (s, l) => isolation(layerOf(s, l)),
  };
  for (const name of columnNames) all['#' + name] = {
    title: name, says: meaningOf(name),
    values: (s, l) => column(name, s, l) ? numbers(column(name, s, l).values, Float32Array) : null,
  };
  return all;
}

const colouring = colourings();
const valuesOf = (by, s = now.state, l = now.layer) => by.values ? by.values(s, l) : null;
now.colour = labels ? 'class' : 'part';

const sentence = i => [data.names[i], classOf(i), partOf(i)].filter(text => text).join(', ');
const number = value => Number.isNaN(value) ? '–' : value.toFixed(Math.abs(value) >= 100 ? 0 : 3).replace('-', '−');

// Elements. Text goes in as text, never as markup.
function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

function thumbnail(i, decorative = false) {
  const { perRow, perSheet } = data.thumbnails, place = i % perSheet;
  const made = element('i', decorative ? { 'aria-hidden': 'true' } : { role: 'img', 'aria-label': sentence(i) });
  made.className = 'thumb s' + Math.floor(i / perSheet);
  made.style.setProperty('--x', place % perRow);
  made.style.setProperty('--y', Math.floor(place / perRow));
  return made;
}
