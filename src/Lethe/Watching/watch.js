/* Keeps the parts of a page up to date, and asks for others when a choice is made. What arrives was escaped where it was made. */
'use strict';
(() => {
  const live = document.getElementById('live');
  const controls = 'a, button, input, select, summary, [tabindex]';
  let source, delay;

  // What a reader has opened, scrolled or gone to stays so.
  function replace(part, html) {
    const inside = part.contains(document.activeElement);
    if (inside && part.id === 'choose') return;
    const at = inside ? [...part.querySelectorAll(controls)].indexOf(document.activeElement) : -1;
    const open = [...part.querySelectorAll('details')].map(one => one.open);
    const scrolled = [...part.querySelectorAll('.scroll, pre')].map(
      one => [one.scrollLeft, one.scrollTop + one.clientHeight >= one.scrollHeight - 4 ? Infinity : one.scrollTop]);
    part.innerHTML = html;
    part.querySelectorAll('details').forEach((one, i) => { if (i < open.length) one.open = open[i]; });
    part.querySelectorAll('.scroll, pre').forEach((one, i) => {
      const [left, top] = scrolled[i] || [0, Infinity];
      one.scrollLeft = left;
      one.scrollTop = top === Infinity && one.tagName === 'PRE' ? one.scrollHeight : top === Infinity ? 0 : top;
    });
    if (at >= 0) part.querySelectorAll(controls)[at]?.focus({ preventScroll: true });
  }

  function follow() {
    source?.close();
    source = new EventSource('events' + location.search);
    source.onopen = () => { live.textContent = 'live'; live.className = ''; };
    source.onerror = () => { live.textContent = 'not connected: has the command ended?'; live.className = 'lost'; };
    source.addEventListener('part', event => {
      const end = event.data.indexOf('\n');
      const part = document.getElementById(event.data.slice(0, end));
      if (part) replace(part, event.data.slice(end + 1));
    });
  }

  // A choice stands in the address, so that the page can be kept and sent back to.
  function choose() {
    const form = document.getElementById('chosen');
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value !== '') query.append(name, value);
    history.replaceState(null, '', query.size ? '?' + query : location.pathname);
    follow();
  }

  document.addEventListener('input', event => {
    if (!event.target.form || event.target.form.id !== 'chosen') return;
    clearTimeout(delay);
    delay = setTimeout(choose, event.target.type === 'search' ? 250 : 0);
  });
  document.addEventListener('submit', event => { event.preventDefault(); choose(); });
  document.querySelectorAll('pre.log').forEach(one => { one.scrollTop = one.scrollHeight; });
  follow();
})();
