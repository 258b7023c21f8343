// Images that are chosen to be compared. They are kept as long as the tab, so that a search between them loses none.
import { say } from './copy.js';

const KEY = 'compare';
const MOST = 4;

export class Picks {
  constructor(changed) {
    this.form = document.getElementById('chosen');
    this.changed = changed;
    this.ids = new Set((sessionStorage.getItem(KEY) ?? '').split(' ').filter((id) => /^[0-9a-f]{64}$/.test(id)).slice(0, MOST));
    this.show();
  }

  has(id) { return this.ids.has(id); }

  toggle(id) {
    if (this.ids.delete(id)) say('No longer chosen');
    else if (this.ids.size >= MOST) return say(`Only ${MOST} images can be compared at once.`);
    else {
      this.ids.add(id);
      say(`Chosen: ${this.ids.size} of up to ${MOST}`);
    }
    this.keep();
  }

  clear() {
    this.ids.clear();
    this.keep();
  }

  keep() {
    sessionStorage.setItem(KEY, [...this.ids].join(' '));
    this.show();
    this.changed();
  }

  /// A bar with one button, which sends them as the form without a program does.
  show() {
    if (!this.form) return;
    this.form.hidden = this.ids.size === 0;
    const fields = [...this.ids].map((id) => {
      const field = document.createElement('input');
      field.type = 'hidden';
      field.name = 'image';
      field.value = id;
      return field;
    });
    const send = document.createElement('button');
    send.disabled = this.ids.size < 2;
    send.textContent = this.ids.size < 2 ? 'Choose another image to compare' : `Compare ${this.ids.size} images`;
    const none = document.createElement('button');
    none.type = 'button';
    none.className = 'copy';
    none.textContent = 'Choose none';
    none.addEventListener('click', () => this.clear());
    this.form.replaceChildren(...fields, send, none);
  }
}
