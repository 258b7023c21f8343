// Keys that work on every page, and the list of them.
import { dialog } from './dialog.js';

const help = [
  ['Arrows', 'Go from image to image'], ['Home, End', 'The first and the last image of the row; with Ctrl of all'],
  ['Page Up, Page Down', 'A screen up or down'], ['Enter', 'Open the image'], ['Esc', 'Back to where you were'],
  ['c', 'Choose the image, to compare it'], ['/', 'Search'], ['g', 'Go to a month'], ['?', 'These keys'],
];

function list() {
  const made = document.createElement('dl');
  for (const [key, what] of help) {
    const term = document.createElement('dt');
    const code = document.createElement('kbd');
    code.textContent = key;
    term.append(code);
    const text = document.createElement('dd');
    text.textContent = what;
    made.append(term, text);
  }
  return made;
}

addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  const writes = event.target.matches?.('input:not([type=range]):not([type=checkbox]), textarea, select');
  if (event.key === 'Escape') {
    if (document.querySelector('dialog[open]')) return;
    if (writes) { event.target.blur(); return; }
    const back = document.getElementById('back');
    if (!back) return;
    event.preventDefault();
    // Where the library is behind this page, it is shown as it was left.
    if (sessionStorage.getItem('came') === location.pathname && history.length > 1) history.back();
    else back.click();
    return;
  }
  if (writes) return;
  const field = event.key === '/' ? document.getElementById('q') : event.key === 'g' ? document.getElementById('month') : null;
  if (field) {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === '?') {
    event.preventDefault();
    (document.getElementById('keys') ?? dialog('keys', 'Keys', [list()])).showModal();
  }
});
