// Forms that change something: sent with the field that no other page's form can send.
import { say } from './copy.js';

async function send(event) {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector('button');
  button.disabled = true;
  const answer = await fetch(form.dataset.post, {
    method: 'POST', headers: { 'X-ReproFS': '1' }, body: form.elements.value?.value ?? '',
  }).catch(() => null);
  const text = answer ? await answer.text() : 'The gallery does not answer any more.';
  button.disabled = false;
  if (answer?.ok) {
    const place = answer.headers.get('Location');
    if (place) location.assign(place);
    // Where the page follows what runs, it shows by itself what came of it.
    else if (form.closest('[data-runs]')) say(text);
    else location.reload();
    return;
  }
  let note = form.querySelector('.misread');
  if (!note) {
    note = document.createElement('p');
    note.className = 'misread';
    form.append(note);
  }
  note.textContent = text;
  say(text);
}

export function equipForms(root) {
  for (const form of root.querySelectorAll('form[data-post]')) {
    form.hidden = false;
    form.addEventListener('submit', send);
  }
}

equipForms(document);
