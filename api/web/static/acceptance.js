// Acceptance at the counter: Enter goes to the next question, the bar counts what is still empty. F2 F4 F9 are data-key (app.js).
(() => {
  const form = document.querySelector('form[data-acceptance]');
  if (!form) return;
  const counter = document.querySelector('[data-unfilled]');
  const answers = () => [...form.elements].filter(e => e.matches('input, select, textarea') && e.type !== 'hidden' && e.offsetParent !== null);

  const unanswered = () => {
    const required = answers().filter(e => e.getAttribute('aria-required') === 'true' || e.closest('[data-required]'));
    const names = new Set(required.map(e => e.name));
    return [...names].filter(name => {
      const group = required.filter(e => e.name === name);
      return group.some(e => e.type === 'radio') ? !group.some(e => e.checked) : !group.some(e => e.value.trim());
    });
  };
  const count = () => { if (counter) counter.textContent = unanswered().length; };

  form.addEventListener('input', count);
  form.addEventListener('change', count);
  form.addEventListener('keydown', event => {
    const field = event.target;
    if (event.key !== 'Enter' || event.isComposing || !field.matches('input, select')) return;
    event.preventDefault();
    // a group of radio buttons is one question: go past all of it
    const open = answers().filter(e => !e.readOnly && !e.disabled && (e === field || e.type !== 'radio' || e.name !== field.name));
    open[open.indexOf(field) + 1]?.focus();
  });
  document.addEventListener('htmx:after:swap', count);
  count();
  if (!document.querySelector('.error-summary')) {
    const first = unanswered()[0];
    answers().find(e => e.name === first)?.focus({ preventScroll: true });
  }
})();
