// Forms that change something: sent with the field that no other page's form can send.
import { say } from './copy.js';

for (const form of document.querySelectorAll('form[data-post]')) {
  form.hidden = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = form.querySelector('button');
    button.disabled = true;
    const answer = await fetch(form.dataset.post, {
      method: 'POST', headers: { 'X-ReproFS': '1' }, body: form.elements.value.value,
    });
    const text = await answer.text();
    button.disabled = false;
    if (answer.ok) {
      location.reload();
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
  });
}
