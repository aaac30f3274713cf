// The keyboard worklist: one tab stop, ↑ ↓ Home End move, Enter opens, Esc leaves the search field; the preview follows.
// Rows: <tr data-preview="address of the preview"> with one link inside <tbody id="rows">; the preview goes into #preview.
(() => {
  const body = document.getElementById('rows');
  if (!body) return;
  const rows = () => [...body.querySelectorAll('tr[data-preview]')];
  const current = () => body.querySelector('[aria-current]') ?? rows()[0];
  const wide = window.matchMedia('(min-width: 1101px)');
  let waiting;

  const preview = row => {
    clearTimeout(waiting);
    if (!window.htmx || !wide.matches) return;
    // a short rest, so that holding an arrow key does not ask the server for every row passed
    waiting = setTimeout(() => htmx.ajax('GET', row.dataset.preview, { target: '#preview', swap: 'innerHTML' }), 120);
  };
  const choose = (row, focus = true) => {
    if (!row) return;
    for (const other of rows()) { other.tabIndex = -1; other.removeAttribute('aria-current'); }
    row.tabIndex = 0;
    row.setAttribute('aria-current', 'true');
    if (focus) { row.focus({ preventScroll: true }); row.scrollIntoView({ block: 'nearest' }); }
    preview(row);
  };

  body.addEventListener('click', event => { if (!event.target.closest('a, .tick')) choose(event.target.closest('tr[data-preview]')); });
  body.addEventListener('dblclick', event => event.target.closest('tr[data-preview]')?.querySelector('a')?.click());
  body.addEventListener('keydown', event => {
    const row = event.target.closest('tr[data-preview]');
    if (!row || event.ctrlKey || event.altKey || event.metaKey) return;
    const all = rows();
    const at = all.indexOf(row);
    const next = { ArrowDown: all[at + 1], ArrowUp: all[at - 1], Home: all[0], End: all.at(-1) }[event.key];
    if (next) { event.preventDefault(); choose(next); }
    if (event.key === 'Enter' && event.target === row) row.querySelector('a')?.click();
    if (event.key.toLowerCase() === 'x' && event.target === row) { event.preventDefault(); row.querySelector('input[name=work_items]')?.click(); }
  });
  // ticks for bulk work: how many, and all of the page at once
  const list = document.getElementById('list');
  const told = document.querySelector('[data-chosen]');
  const nothing = told?.textContent;
  const ticks = () => [...list.querySelectorAll('input[name=work_items]')];
  list.addEventListener('change', event => {
    if (event.target.matches('[data-tick-all]')) for (const tick of ticks()) tick.checked = event.target.checked;
    const count = ticks().filter(tick => tick.checked).length;
    told.textContent = count ? `${document.documentElement.lang === 'en' ? 'ticked' : '已勾选'} ${count}` : nothing;
  });
  document.addEventListener('keydown', event => {
    const search = event.target.matches('input[type=search]');
    if (event.key === 'Escape' && search) { event.preventDefault(); current()?.focus(); }
    const nowhere = !event.target.closest('a, button, input, select, textarea, tr, dialog');
    if (event.key === 'ArrowDown' && (search || nowhere)) { event.preventDefault(); choose(current()); }
  });
  // after a search the list is new: its first row becomes the tab stop, the focus stays where it is
  document.addEventListener('htmx:after:swap', () => { if (!body.querySelector('[aria-current]')) choose(rows()[0], false); });
})();
