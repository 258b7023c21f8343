// Pages that show runs: how far they have come as it happens, and the page anew where more than that is otherwise.
import { equipCopies, say } from './copy.js';
import { equipForms } from './post.js';
import { listen } from './live.js';

const box = document.querySelector('[data-runs]');

/// What of an event this page shows, as the page itself writes it down.
function shown(runs) {
  const only = box.dataset.run;
  return runs.filter((run) => !only || String(run.id) === only);
}

let renewing = false;
async function renew() {
  if (renewing) return;
  renewing = true;
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } }).catch(() => null);
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.querySelector('[data-runs]');
    const focus = document.activeElement?.id;
    const before = document.getElementById('sheet');
    const scrolled = [before?.scrollLeft ?? 0, before?.scrollTop ?? 0];
    box.dataset.runs = fresh.dataset.runs;
    box.replaceChildren(...document.adoptNode(fresh).childNodes);
    equipCopies(box);
    equipForms(box);
    document.getElementById('sheet')?.scrollTo(...scrolled);
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
    const words = box.querySelector('[data-said]')?.textContent;
    if (words) say(words);
  }
  renewing = false;
}

/// The picture so far. The next one is fetched when this one is here, so a slow connection gets fewer of them.
function preview(run) {
  const place = box.querySelector(`[data-preview="${run.id}"]`);
  if (!place || run.preview === null) return;
  let picture = place.querySelector('img');
  if (picture && !picture.complete) return;
  if (!picture) {
    picture = document.createElement('img');
    picture.alt = 'The picture so far';
    place.append(picture);
  }
  picture.src = `/runs/${run.id}/preview?n=${run.preview}`;
}

function show(all) {
  const runs = shown(all);
  for (const run of runs) {
    const line = box.querySelector(`[data-progress="${run.id}"]`);
    if (!line) continue;
    line.querySelector('progress').value = run.share;
    line.querySelector('.words').textContent = run.words;
    preview(run);
  }
  if (runs.map((run) => `${run.id}.${run.version}`).join(' ') !== box.dataset.runs) renew();
}

if (box) listen(box.dataset.revision, () => {}, show);
