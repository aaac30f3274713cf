// Behaviour every page shares: CSRF for htmx, shortcuts, dialogs instead of alert(), printing, error summaries, row lists.
// No inline handlers anywhere: pages speak to this file through data- attributes only.
(() => {
  const token = () => document.querySelector('meta[name="csrf-token"]')?.content;
  document.addEventListener('htmx:config:request', event => {
    if (token()) event.detail.ctx.request.headers['X-CSRF-Token'] = token();
  });

  // -- dialogs ------------------------------------------------------------------------------------------------------
  const confirmDialog = document.getElementById('confirm');

  const ask = (words, action) => {
    confirmDialog.querySelector('[data-words]').textContent = words;
    confirmDialog.returnValue = 'no';
    confirmDialog.addEventListener('close', () => confirmDialog.returnValue === 'yes' && action(), { once: true });
    confirmDialog.showModal();
  };
  document.addEventListener('htmx:confirm', event => {
    event.preventDefault();
    const { ctx, issueRequest, dropRequest } = event.detail;
    ask(ctx.confirm, () => issueRequest());
    confirmDialog.addEventListener('close', () => confirmDialog.returnValue !== 'yes' && dropRequest(), { once: true });
  });

  // -- forms: confirmation on the form or its button, and never sent twice ---------------------------------------------
  document.addEventListener('submit', event => {
    const form = event.target;
    const words = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (words && form.dataset.confirmed !== 'yes') {
      event.preventDefault();
      event.stopPropagation();
      ask(words, () => { form.dataset.confirmed = 'yes'; form.requestSubmit(event.submitter); });
      return;
    }
    delete form.dataset.confirmed;
    if (form.method !== 'post' || form.matches('[hx-post]')) return;
    if (form.dataset.sent === 'yes') event.preventDefault();
    form.dataset.sent = 'yes';
  }, true);
  window.addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach(f => delete f.dataset.sent));

  // -- error summary: takes the focus; its links move the focus into the field -----------------------------------------
  const focusErrors = () => {
    const summary = document.querySelector('.error-summary:not([data-seen])');
    if (!summary) return;
    summary.dataset.seen = '';
    summary.focus();
  };
  focusErrors();
  document.addEventListener('htmx:after:swap', focusErrors);

  document.addEventListener('click', event => {
    const link = event.target.closest('.error-summary a[href^="#"]');
    const field = link && document.getElementById(link.getAttribute('href').slice(1));
    if (field) { event.preventDefault(); field.focus(); field.scrollIntoView({ block: 'center' }); }
    if (event.target.closest('[data-print]')) window.print();
    if (event.target.closest('[data-shortcuts]')) showShortcuts();
    const closing = event.target.closest('[data-close]');
    if (closing) closing.closest('.flash, dialog').remove();
    const adding = event.target.closest('[data-add-row]');
    if (adding) addRow(document.getElementById(adding.dataset.addRow));
    const dropping = event.target.closest('[data-drop-row]');
    if (dropping) dropRow(dropping.closest('[data-row]'));
  });

  // -- charts wider than their frame: the present step stands in sight -----------------------------------------------------
  for (const frame of document.querySelectorAll('.drawing-frame')) {
    const present = frame.querySelector('.dg-current');
    if (present) frame.scrollLeft = present.getBoundingClientRect().left - frame.getBoundingClientRect().left - frame.clientWidth / 3;
  }

  // -- lists of persons: rows are numbered list-0-name, list-1-name … -------------------------------------------------
  const renumber = list => list.querySelectorAll('[data-row]').forEach((row, index) => {
    for (const part of row.querySelectorAll('[name], [id], [for]')) {
      for (const name of ['name', 'id', 'for']) {
        const old = part.getAttribute(name);
        if (old) part.setAttribute(name, old.replace(/-\d+-/, `-${index}-`));
      }
    }
    row.querySelector('[data-number]').textContent = index + 1;
  });
  const addRow = list => {
    const rows = list.querySelectorAll('[data-row]');
    const fresh = rows[rows.length - 1].cloneNode(true);
    fresh.querySelectorAll('input').forEach(input => { input.value = ''; });
    rows[rows.length - 1].after(fresh);
    renumber(list);
    fresh.querySelector('input').focus();
  };
  const dropRow = row => {
    const list = row.closest('[data-rows]');
    if (list.querySelectorAll('[data-row]').length === 1) row.querySelectorAll('input').forEach(input => { input.value = ''; });
    else row.remove();
    renumber(list);
    list.querySelector('input').focus();
  };

  // -- shortcuts: every element with data-key="F9" or "n" is clicked by that key; "?" lists them -------------------------
  const typing = target => target.matches('input:not([type=radio], [type=checkbox], [type=button]), select, textarea');
  const visible = element => element.offsetParent !== null && !element.disabled;
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || document.querySelector('dialog[open]')) return;
    if (event.key.length === 1 && typing(event.target)) return;
    if (event.key === '?') { event.preventDefault(); showShortcuts(); return; }
    const wanted = event.key.toLowerCase();
    const element = [...document.querySelectorAll('[data-key]')].find(e => e.dataset.key.toLowerCase() === wanted && visible(e));
    if (!element) return;
    event.preventDefault();
    if (element.matches('input, select, textarea')) { element.focus(); element.select?.(); } else element.click();
  });

  const showShortcuts = () => {
    const dialog = document.getElementById('shortcuts');
    const list = dialog.querySelector('[data-list]');
    list.querySelectorAll('[data-found]').forEach(line => line.remove());
    for (const element of [...document.querySelectorAll('[data-key]')].filter(visible).reverse()) {
      const words = element.dataset.keyWords ?? element.textContent.replace(element.querySelector('kbd')?.textContent ?? '', '');
      const line = document.createElement('div');
      line.dataset.found = '';
      const key = document.createElement('dt');
      key.append(document.createElement('kbd'));
      key.firstChild.textContent = element.dataset.key.length === 1 ? element.dataset.key.toUpperCase() : element.dataset.key;
      const meaning = document.createElement('dd');
      meaning.textContent = words.trim();
      line.append(key, meaning);
      list.prepend(line);
    }
    dialog.showModal();
  };
})();
