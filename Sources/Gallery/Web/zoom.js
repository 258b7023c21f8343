// The pictures of a sheet, large, one after the other. Without this each of them leads to its page.
let box = null;
let shown = '';

const links = () => [...document.querySelectorAll('[data-zoom]')];

function button(text, act) {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.addEventListener('click', act);
  return made;
}

function dialog() {
  if (box) return box;
  box = document.createElement('dialog');
  box.id = 'zoom';
  box.setAttribute('aria-labelledby', 'zoom-title');
  const title = document.createElement('h2');
  title.id = 'zoom-title';
  title.setAttribute('aria-live', 'polite');
  const picture = document.createElement('img');
  const page = document.createElement('a');
  page.className = 'button';
  page.textContent = 'Its page';
  const row = document.createElement('p');
  row.className = 'act';
  row.append(
    button('Previous', () => show(beside(-1))), button('Next', () => show(beside(1))), page,
    button('Close', () => box.close()));
  box.append(title, picture, row);
  box.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: () => beside(-1), ArrowRight: () => beside(1), ArrowUp: () => below(-1), ArrowDown: () => below(1) }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    show(step());
  });
  // The picture that is shown may be another one than that where the dialog was opened.
  box.addEventListener('close', () => current()?.focus());
  document.body.append(box);
  return box;
}

/// The page may have come anew since, with other elements for the same places of the sheet.
const current = () => document.getElementById(shown);

function beside(step) {
  const all = links();
  return all[all.indexOf(current()) + step];
}

/// The picture in the same column of the row above or below.
function below(step) {
  const cell = current()?.closest('td');
  if (!cell) return beside(step);
  const rows = [...cell.closest('tbody').rows];
  return rows[rows.indexOf(cell.parentElement) + step]?.cells[cell.cellIndex]?.querySelector('[data-zoom]');
}

function show(link) {
  if (!link) return;
  const words = link.querySelector('img').alt;
  shown = link.id;
  dialog().querySelector('h2').textContent = words;
  const picture = box.querySelector('img');
  picture.alt = words;
  picture.src = link.dataset.zoom;
  box.querySelector('a').href = link.href;
  if (!box.open) box.showModal();
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('[data-zoom]');
  if (!link || event.button || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link);
});
