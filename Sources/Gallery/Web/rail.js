// The months at the right: where one is among them, and going to one by dragging.
export class Rail {
  constructor(go, share) {
    this.box = document.getElementById('rail');
    if (!this.box) return;
    this.items = [...this.box.querySelectorAll('[data-month]')];
    this.months = this.items.map((item) => ({ month: item.dataset.month, count: Number(item.dataset.count) }));
    this.total = this.months.reduce((sum, each) => sum + each.count, 0);
    this.box.querySelector('form').addEventListener('submit', (event) => {
      const field = this.box.querySelector('#month');
      if (!field.checkValidity() || !field.value) return;
      event.preventDefault();
      go(field.value);
    });
    const list = this.box.querySelector('ol');
    list.addEventListener('click', (event) => {
      const item = event.target.closest('[data-month]');
      if (!item || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (!this.dragged) go(item.dataset.month);
    });
    list.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      this.dragged = false;
      const from = event.clientY;
      const move = (at) => {
        if (Math.abs(at.clientY - from) < 4 && !this.dragged) return;
        this.dragged = true;
        const item = document.elementFromPoint(list.getBoundingClientRect().left + 8, at.clientY)?.closest('[data-month]');
        if (!item) return;
        const rect = item.getBoundingClientRect();
        share(this.shareOf(item, (at.clientY - rect.top) / rect.height));
      };
      const end = () => {
        removeEventListener('pointermove', move);
        setTimeout(() => { this.dragged = false; });
      };
      addEventListener('pointermove', move);
      addEventListener('pointerup', end, { once: true });
      addEventListener('pointercancel', end, { once: true });
    });
    list.addEventListener('dragstart', (event) => event.preventDefault());
  }

  shareOf(item, within) {
    const place = this.items.indexOf(item);
    const before = this.months.slice(0, place).reduce((sum, each) => sum + each.count, 0);
    return (before + this.months[place].count * within) / this.total;
  }

  /// The month of a place, as far as the months tell.
  month(index) {
    if (!this.box) return null;
    let before = 0;
    for (const { month, count } of this.months) {
      before += count;
      if (index < before) return month;
    }
    return null;
  }

  mark(index) {
    if (!this.box) return;
    const month = this.month(index);
    if (month === this.shown) return;
    this.shown = month;
    for (const item of this.items) {
      const isHere = item.dataset.month === month;
      if (isHere) item.firstElementChild.setAttribute('aria-current', 'true');
      else item.firstElementChild.removeAttribute('aria-current');
      if (isHere) item.scrollIntoView({ block: 'nearest' });
    }
  }
}
