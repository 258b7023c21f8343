// The images of a query by their place, a page of them at a time. What was asked for last comes first, and what nobody waits for any
// more is not fetched.
const SIZE = 200;
const KEPT = 40;

export class Pages {
  constructor(query, count, changed) {
    this.query = query;
    this.count = count;
    this.changed = changed;
    this.pages = new Map();
    this.asked = new Map();
  }

  /// The image at a place, or nothing where it is not here yet.
  at(index) {
    return this.pages.get(Math.floor(index / SIZE))?.[index % SIZE];
  }

  /// Images that came with the page itself, where they are one of ours.
  take(start, images) {
    if (start % SIZE === 0) this.pages.set(start / SIZE, images);
  }

  /// Fetches what lacks between two places, and lets go of what was asked for elsewhere.
  want(first, last) {
    const from = Math.floor(first / SIZE);
    const to = Math.floor(last / SIZE);
    for (const [page, abort] of this.asked) if (page < from || page > to) abort.abort();
    for (let page = from; page <= to; page++) {
      const kept = this.pages.get(page);
      if (kept) {
        this.pages.delete(page);
        this.pages.set(page, kept);
      } else if (!this.asked.has(page)) {
        this.fetch(page);
      }
    }
  }

  async fetch(page) {
    const abort = new AbortController();
    this.asked.set(page, abort);
    try {
      const answer = await this.ask({ index: page * SIZE }, abort.signal);
      if (!answer) return;
      this.pages.set(page, answer.images);
      for (const old of this.pages.keys()) {
        if (this.pages.size <= KEPT) break;
        this.pages.delete(old);
      }
      this.count = answer.count;
      this.changed();
    } catch (error) {
      if (error.name !== 'AbortError') console.warn(error);
    } finally {
      this.asked.delete(page);
    }
  }

  async ask(values, signal) {
    const parameters = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(values)) parameters.set(name, value);
    const answer = await fetch(`/library.json?${parameters}`, { signal });
    return answer.ok ? answer.json() : null;
  }

  /// The place of a month or an image: `{from: '2025-06'}`, `{at: id}`.
  async place(values) {
    const answer = await this.ask(values);
    if (!answer) return null;
    this.count = answer.count;
    this.pages.set(answer.start / SIZE, answer.images);
    return answer.wanted;
  }

  /// Everything may be otherwise: what is shown stays until it is here anew.
  async renew(first, last) {
    const from = Math.floor(first / SIZE);
    const to = Math.floor(last / SIZE);
    const fresh = new Map();
    for (let page = from; page <= to; page++) {
      const answer = await this.ask({ index: page * SIZE });
      if (!answer) return;
      fresh.set(page, answer.images);
      this.count = answer.count;
    }
    this.pages = fresh;
    this.changed();
  }
}
