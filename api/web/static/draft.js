// Drafts of an application (暂存): kept in this browser only, also without a network, for twelve hours or until sign-out.
// The page tells the name of its draft and where to send it back to (data-draft-name, data-draft-action on #acceptance).
(() => {
  const place = () => document.getElementById('acceptance');
  if (!place()) return;
  const LIFE = 12 * 60 * 60 * 1000;
  const name = `yimen-draft:${place().dataset.draftName}`;
  const IGNORED = new Set(['csrf_token', 'idempotency_key', 'attempted']);

  const kept = () => {
    const draft = JSON.parse(localStorage.getItem(name) ?? 'null');
    if (draft && Date.now() - draft.at < LIFE) return draft;
    localStorage.removeItem(name);
    return null;
  };
  const save = button => {
    const form = document.getElementById('acceptance-form');
    const pairs = [...new FormData(form)].filter(([key, value]) => !IGNORED.has(key) && typeof value === 'string');
    localStorage.setItem(name, JSON.stringify({ at: Date.now(), pairs }));
    document.querySelector('[data-draft-note]').textContent = ` · ${button.dataset.note}`;
  };
  const restore = () => {
    const form = document.createElement('form');
    form.method = 'post';
    form.action = place().dataset.draftAction;
    form.hidden = true;
    const token = document.querySelector('meta[name="csrf-token"]')?.content ?? '';
    for (const [key, value] of [...kept().pairs, ['csrf_token', token]]) {
      const input = document.createElement('input');
      Object.assign(input, { type: 'hidden', name: key, value });
      form.append(input);
    }
    document.body.append(form);
    form.submit();
  };
  const offer = () => {
    const box = document.querySelector('[data-draft]');
    const draft = box && kept();
    if (!box) return;
    box.hidden = !draft;
    if (draft) box.querySelector('[data-draft-time]').textContent = new Date(draft.at).toLocaleString(document.documentElement.lang);
  };

  document.addEventListener('click', event => {
    const button = event.target.closest('[data-save-draft]');
    if (button) save(button);
    if (event.target.closest('[data-restore-draft]')) restore();
    if (event.target.closest('[data-drop-draft]')) { localStorage.removeItem(name); offer(); }
  });
  // what was received is no draft any more
  document.addEventListener('submit', event => {
    if (event.target.id === 'acceptance-form' && !event.submitter?.formAction.endsWith('/form')) localStorage.removeItem(name);
  });
  offer();
})();
