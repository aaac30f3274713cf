// A list of links below a search box: ↓ goes from the box into the list, ↑ ↓ move, Enter in the box opens the first one.
(() => {
  const list = document.querySelector('[data-choices]');
  const box = document.querySelector('input[type=search]');
  if (!list || !box) return;
  const links = () => [...list.querySelectorAll('a')];
  box.addEventListener('keydown', event => {
    if (event.isComposing) return;
    const first = links()[0];
    if (event.key === 'ArrowDown' && first) { event.preventDefault(); first.focus(); }
    if (event.key === 'Enter' && first && box.value.trim()) { event.preventDefault(); first.click(); }
  });
  list.addEventListener('keydown', event => {
    const all = links();
    const at = all.indexOf(event.target);
    if (at < 0 || !['ArrowDown', 'ArrowUp'].includes(event.key)) return;
    event.preventDefault();
    (all[at + (event.key === 'ArrowDown' ? 1 : -1)] ?? (event.key === 'ArrowUp' ? box : all[at])).focus();
  });
})();
