// All images of a query in one scroll bar: rows of square cells, of which only those that are seen are in the document.
import { Pages } from './pages.js';
import { Rail } from './rail.js';
import { listen } from './live.js';
import { Picks } from './picks.js';
import { say } from './copy.js';

/// Browsers draw no element that is much higher. Pixels.
const HIGHEST = 8_000_000;
const REST = 80;
const SPARE = 2;

export function start() {
  const library = document.getElementById('library');
  const list = document.getElementById('cells');
  if (library && list) new Grid(library, list);
  else if (library) listen(library.dataset.revision, () => location.reload());
}

function icon(name) {
  return document.querySelector(`.marks [data-shape="${name}"] svg`)?.cloneNode(true) ?? document.createElement('i');
}

class Grid {
  constructor(library, list) {
    this.query = library.dataset.query.replace(/^[^?]*\??/, '');
    this.active = Number(library.dataset.index);
    this.pages = new Pages(this.query, Number(library.dataset.count), () => this.draw());
    this.offset = 0;
    this.rows = new Map();
    this.box = document.createElement('div');
    this.box.className = 'grid';
    this.box.id = 'grid';
    this.box.setAttribute('role', 'grid');
    this.box.setAttribute('aria-label', 'Images');
    this.box.setAttribute('aria-describedby', 'count');
    this.sizer = document.createElement('div');
    this.sizer.className = 'sizer';
    this.sizer.setAttribute('role', 'rowgroup');
    this.box.append(this.sizer);
    this.pages.take(Number(library.dataset.index), [...list.querySelectorAll('a.cell')].map((cell) => ({
      id: cell.dataset.id, name: cell.querySelector('.title').textContent, mark: cell.querySelector('.mark').dataset.mark,
      label: cell.getAttribute('aria-label'), kind: cell.dataset.kind, folded: Number(cell.dataset.folded),
      pinned: cell.querySelector('.pinned') !== null,
    })));
    this.picks = new Picks(() => this.showPicks());
    list.replaceWith(this.box);
    document.getElementById('pager')?.remove();
    document.documentElement.classList.add('live');
    if (matchMedia('(max-width: 900px)').matches) document.getElementById('facets')?.removeAttribute('open');
    this.rail = new Rail((month) => this.jump({ from: month }), (share) => this.scrollShare(share));

    this.box.addEventListener('scroll', () => this.scrolled(), { passive: true });
    this.box.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    this.box.addEventListener('keydown', (event) => this.key(event));
    this.box.addEventListener('click', (event) => this.leave(event));
    this.box.addEventListener('focusin', (event) => {
      const cell = event.target.closest('[data-index]');
      if (cell) this.activate(Number(cell.dataset.index));
    });
    new ResizeObserver(() => this.measure()).observe(this.box);
    listen(library.dataset.revision, () => this.renew());
    addEventListener('pageshow', (event) => { if (event.persisted) this.draw(); });

    const wanted = library.dataset.wanted;
    this.measure();
    const first = Number(library.dataset.index);
    const place = history.state?.active === wanted && wanted ? history.state : null;
    if (wanted) {
      this.arrive(wanted, first, place?.above);
    } else {
      this.show(first);
    }
  }

  get count() { return this.pages.count; }

  measure() {
    const style = getComputedStyle(this.box);
    const gap = parseFloat(style.getPropertyValue('--gap')) || 8;
    const least = parseFloat(style.getPropertyValue('--cell')) || 160;
    const width = this.sizer.clientWidth || this.box.clientWidth;
    if (!width) return;
    if (width === this.width) return this.draw();
    this.width = width;
    const held = this.sizer.contains(document.activeElement);
    const top = this.columns ? this.firstSeen() : this.active;
    this.columns = Math.max(1, Math.floor((width + gap) / (least + gap)));
    this.cell = (width - gap * (this.columns - 1)) / this.columns;
    this.pitch = this.cell + gap;
    this.resize();
    this.moveTo(Math.floor(top / this.columns) * this.pitch);
    this.clear();
    this.draw();
    if (held) this.focus(this.active);
  }

  /// As many pixels as all rows would have, and as many as the box has.
  resize() {
    this.lines = Math.ceil(this.count / this.columns);
    this.real = Math.max(1, this.lines * this.pitch);
    this.height = Math.min(this.real, HIGHEST);
    this.sizer.style.height = `${this.height}px`;
    this.box.setAttribute('aria-rowcount', this.lines);
    this.box.setAttribute('aria-colcount', this.columns);
  }

  get view() { return this.box.clientHeight; }
  get isScaled() { return this.real > this.height; }
  get scale() { return this.isScaled ? (this.real - this.view) / (this.height - this.view) : 1; }

  firstSeen() { return Math.min(Math.max(0, this.count - 1), Math.round(this.offset / this.pitch) * this.columns); }

  /// Goes to a place among all rows, in real pixels. The bar follows; what rounding does to it is not taken back as a place.
  moveTo(offset) {
    this.offset = Math.min(Math.max(0, offset), Math.max(0, this.real - this.view));
    this.box.scrollTop = this.offset / this.scale;
    this.top = this.box.scrollTop;
  }

  scrolled() {
    if (Math.abs(this.box.scrollTop - this.top) < 1) return this.draw();
    const far = Math.abs(this.box.scrollTop * this.scale - this.offset) > 3 * this.view;
    this.top = this.box.scrollTop;
    this.offset = this.top * this.scale;
    this.draw(far);
  }

  /// A turn of the wheel moves by real pixels also where the bar stands for more.
  wheel(event) {
    if (!this.isScaled || event.ctrlKey) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 32 : event.deltaMode === 2 ? this.view : 1;
    this.moveTo(this.offset + event.deltaY * unit);
    this.draw();
  }

  scrollShare(share) {
    this.moveTo(share * Math.max(0, this.real - this.view));
    this.draw(true);
  }

  async jump(values, focuses = false, above) {
    const index = await this.pages.place(values);
    if (index === null) return;
    this.resize();
    this.activate(index);
    this.moveTo(Math.floor(index / this.columns) * this.pitch - (above ?? (values.at ? (this.view - this.pitch) / 2 : 0)));
    this.draw();
    if (focuses && document.activeElement === document.body) this.focus(index);
  }

  /// Shows the image that the address asks for, which came with the page, as it was seen last.
  arrive(wanted, first, above) {
    let index = first;
    while (index < first + 200 && this.pages.at(index)?.id !== wanted) index++;
    if (this.pages.at(index)?.id !== wanted) return this.jump({ at: wanted }, true, above);
    this.moveTo(Math.floor(index / this.columns) * this.pitch - (above ?? (this.view - this.pitch) / 2));
    this.focus(index);
  }

  show(index) {
    this.moveTo(Math.floor(index / this.columns) * this.pitch);
    this.draw();
  }

  clear() {
    for (const row of this.rows.values()) row.remove();
    this.rows.clear();
  }

  draw(isFar = false) {
    if (!this.columns) return;
    const first = Math.max(0, Math.floor(this.offset / this.pitch) - SPARE);
    const last = Math.min(this.lines - 1, Math.ceil((this.offset + this.view) / this.pitch) + SPARE);
    for (const [line, row] of this.rows) {
      if (line >= first && line <= last) continue;
      if (row.contains(document.activeElement)) this.box.focus({ preventScroll: true });
      row.remove();
      this.rows.delete(line);
    }
    for (let line = first; line <= last; line++) {
      let row = this.rows.get(line);
      if (!row) {
        row = this.makeRow(line);
        this.rows.set(line, row);
        this.sizer.append(row);
      }
      row.style.transform = `translateY(${this.top + line * this.pitch - this.offset}px)`;
      this.fill(row, line);
    }
    this.box.tabIndex = this.rows.has(Math.floor(this.active / this.columns)) ? -1 : 0;
    clearTimeout(this.resting);
    const ask = () => this.pages.want(first * this.columns, Math.min(this.count, (last + 1) * this.columns) - 1);
    this.resting = setTimeout(() => {
      ask();
      this.rest();
    }, isFar ? REST : 120);
    if (!isFar) ask();
    this.rail.mark(this.firstSeen(), this.count);
  }

  makeRow(line) {
    const row = document.createElement('div');
    row.className = 'row';
    row.setAttribute('role', 'row');
    row.setAttribute('aria-rowindex', line + 1);
    row.style.height = `${this.cell}px`;
    return row;
  }

  /// Makes the cells of a row, and fills those whose images have come.
  fill(row, line) {
    const from = line * this.columns;
    const length = Math.min(this.columns, this.count - from);
    while (row.childElementCount > Math.max(0, length)) row.lastElementChild.remove();
    for (let column = 0; column < length; column++) {
      const index = from + column;
      const image = this.pages.at(index);
      let box = row.children[column];
      if (!box) {
        box = document.createElement('div');
        box.setAttribute('role', 'gridcell');
        box.setAttribute('aria-colindex', column + 1);
        box.style.width = `${this.cell}px`;
        row.append(box);
      }
      const key = image ? JSON.stringify(image) : '';
      if (box.dataset.key !== key || !box.firstElementChild) {
        const had = box.contains(document.activeElement);
        box.dataset.key = key;
        box.replaceChildren(this.makeCell(image, index), ...(image ? [this.makePick(image)] : []));
        box.ariaBusy = image ? null : 'true';
        if (had) box.firstElementChild.focus({ preventScroll: true });
      }
      box.firstElementChild.tabIndex = index === this.active ? 0 : -1;
    }
  }

  makeCell(image, index) {
    const cell = document.createElement('a');
    cell.className = 'cell';
    cell.dataset.index = index;
    const title = document.createElement('span');
    title.className = 'title';
    title.ariaHidden = 'true';
    if (!image) {
      cell.classList.add('coming');
      cell.ariaLabel = 'Loading';
      title.textContent = this.rail.month(index) ?? '';
      cell.append(title);
      return cell;
    }
    cell.href = `/image/${image.id}${this.query ? `?${this.query}` : ''}`;
    cell.dataset.id = image.id;
    cell.ariaLabel = image.label;
    title.textContent = image.name;
    cell.append(title);
    if (image.kind === 'image') {
      const picture = document.createElement('img');
      picture.alt = '';
      picture.decoding = 'async';
      picture.src = `/image/${image.id}/thumbnail`;
      cell.append(picture);
    } else {
      cell.append(icon(image.kind));
    }
    const mark = document.createElement('span');
    mark.className = 'mark';
    mark.dataset.mark = image.mark;
    const word = document.createElement('span');
    word.className = 'word';
    word.textContent = image.mark;
    mark.append(icon(image.mark), word);
    cell.append(mark);
    if (image.folded) {
      const folded = document.createElement('span');
      folded.className = 'folded';
      folded.textContent = `+${image.folded}`;
      cell.append(folded);
    }
    if (image.pinned) {
      const pin = document.createElement('span');
      pin.className = 'pinned';
      pin.append(icon('pin'));
      cell.append(pin);
    }
    return cell;
  }

  /// A mark on the image for who points; whoever has keys presses C.
  makePick(image) {
    const pick = document.createElement('button');
    pick.type = 'button';
    pick.className = 'pick';
    pick.tabIndex = -1;
    pick.dataset.pick = image.id;
    pick.ariaLabel = `Compare ${image.name}`;
    pick.ariaPressed = String(this.picks.has(image.id));
    pick.addEventListener('click', () => this.picks.toggle(image.id));
    return pick;
  }

  showPicks() {
    for (const pick of this.box.querySelectorAll('[data-pick]')) pick.ariaPressed = String(this.picks.has(pick.dataset.pick));
  }

  activate(index) {
    const before = this.active;
    this.active = index;
    for (const place of [before, index]) {
      const row = this.rows.get(Math.floor(place / this.columns));
      const cell = row?.children[place % this.columns]?.firstElementChild;
      if (cell) cell.tabIndex = place === this.active ? 0 : -1;
    }
  }

  focus(index) {
    this.activate(index);
    const line = Math.floor(index / this.columns);
    const top = line * this.pitch;
    if (top < this.offset) this.moveTo(top);
    else if (top + this.pitch > this.offset + this.view) this.moveTo(top + this.pitch - this.view);
    this.draw();
    this.rows.get(line)?.children[index % this.columns]?.firstElementChild.focus({ preventScroll: true });
  }

  key(event) {
    if (event.altKey || event.metaKey) return;
    const own = this.pages.at(this.active);
    if (event.key.toLowerCase() === 'c' && !event.ctrlKey && own) {
      event.preventDefault();
      return this.picks.toggle(own.id);
    }
    const screen = Math.max(1, Math.floor(this.view / this.pitch)) * this.columns;
    const last = this.count - 1;
    const line = this.active - (this.active % this.columns);
    const to = {
      ArrowLeft: this.active - 1, ArrowRight: this.active + 1, ArrowUp: this.active - this.columns,
      ArrowDown: this.active + this.columns, PageUp: this.active - screen, PageDown: this.active + screen,
      Home: event.ctrlKey ? 0 : line, End: event.ctrlKey ? last : line + this.columns - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    // A row that is not full is no wall.
    if (event.key === 'ArrowUp' && to < 0) return;
    this.focus(Math.min(Math.max(0, to), last));
  }

  /// Notes in the address where one is, so that Back leads there.
  rest() {
    const image = this.pages.at(this.active) && this.rows.has(Math.floor(this.active / this.columns))
      ? this.pages.at(this.active) : this.pages.at(this.firstSeen());
    if (!image || (this.offset < 1 && this.active === 0)) return;
    this.note(image.id, this.pages.at(this.active)?.id === image.id ? this.active : this.firstSeen());
  }

  note(id, index) {
    const parameters = new URLSearchParams(this.query);
    parameters.set('at', id);
    const above = Math.floor(index / this.columns) * this.pitch - this.offset;
    history.replaceState({ active: id, above }, '', `/?${parameters}`);
  }

  leave(event) {
    const cell = event.target.closest('a[data-id]');
    if (!cell) return;
    this.activate(Number(cell.dataset.index));
    this.note(cell.dataset.id, this.active);
    sessionStorage.setItem('came', `/image/${cell.dataset.id}`);
  }

  async renew() {
    const before = this.count;
    const kept = this.pages.at(this.active)?.id;
    const isAtTop = this.offset < 1;
    const first = Math.floor(this.offset / this.pitch) * this.columns;
    await this.pages.renew(first, Math.min(this.count, first + Math.ceil(this.view / this.pitch + 2) * this.columns));
    this.resize();
    // Who looks at an image goes on looking at it; who is at the top sees what is new.
    if (!isAtTop && kept) await this.jump({ at: kept }, false, this.rows.has(Math.floor(this.active / this.columns)) ? Math.floor(this.active / this.columns) * this.pitch - this.offset : undefined);
    this.draw();
    await this.renewTexts();
    if (this.count !== before) say(`${this.count.toLocaleString('en')} images`);
  }

  async renewTexts() {
    const answer = await fetch(`/?${this.query}`, { headers: { accept: 'text/html' } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const id of ['truth', 'count']) {
      const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
      if (old && fresh) old.replaceChildren(...document.importNode(fresh, true).childNodes);
    }
    const [old, fresh] = [document.querySelector('#facets .list'), page.querySelector('#facets .list')];
    if (old && fresh && !old.contains(document.activeElement)) old.replaceChildren(...document.importNode(fresh, true).childNodes);
  }
}
