// The pictures of a sheet, large, one after the other. Without this each of them leads to its page.
import { button, dialog } from './dialog.js';
import { enlarge, sharpen } from './scale.js';

let shown = '';
const [frame, picture, size, page] = ['div', 'img', 'p', 'a'].map((name) => document.createElement(name));
const actual = button('100 %', () => {
  actual.ariaPressed = String(actual.ariaPressed !== 'true');
  draw();
});

const links = () => [...document.querySelectorAll('[data-zoom]')];

/// As large as fits, or at 100 %, where one scrolls to what does not fit.
function draw() {
  const isActual = actual.ariaPressed === 'true';
  frame.classList.toggle('actual', isActual);
  if (isActual) frame.tabIndex = 0;
  else frame.removeAttribute('tabindex');
  if (isActual) picture.style.width = `${picture.naturalWidth / devicePixelRatio}px`;
  else enlarge(picture, frame.clientWidth, frame.clientHeight);
  const { naturalWidth: width, naturalHeight: height } = picture;
  const percent = Math.round(100 * picture.clientWidth * devicePixelRatio / width);
  size.textContent = width ? `${width} × ${height} pixels, at ${percent} %` : '';
}

function make() {
  frame.className = 'frame';
  frame.role = 'region';
  frame.ariaLabel = 'The picture';
  frame.append(picture);
  size.className = 'note';
  page.className = 'button';
  page.textContent = 'Its page';
  actual.ariaPressed = 'false';
  const box = dialog(
    'zoom', '', [frame, size], [button('Previous', () => show(beside(-1))), button('Next', () => show(beside(1))), actual, page]);
  box.querySelector('h2').ariaLive = 'polite';
  sharpen(picture);
  picture.addEventListener('load', draw);
  addEventListener('resize', draw);
  box.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: () => beside(-1), ArrowRight: () => beside(1), ArrowUp: () => below(-1), ArrowDown: () => below(1) }[event.key];
    // In the frame, where it can have the focus, arrows scroll.
    if (!step || event.target === frame || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    show(step());
  });
  // The picture that is shown may be another one than that where the dialog was opened.
  box.addEventListener('close', () => current()?.focus());
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
  const box = document.getElementById('zoom') ?? make();
  shown = link.id;
  page.href = link.href;
  picture.alt = link.querySelector('img').alt;
  picture.src = link.dataset.zoom;
  box.querySelector('h2').textContent = picture.alt;
  if (!box.open) box.showModal();
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('[data-zoom]');
  if (!link || event.button || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link);
});
