// Tells when the library changed, and what runs. One stream a tab, and none while nobody looks: a browser has few to give.
export function listen(revision, changed, ran) {
  let source = null;
  let known = revision;
  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource(`/events?after=${encodeURIComponent(known)}`);
    source.addEventListener('change', (event) => {
      known = event.data;
      changed();
    });
    if (ran) source.addEventListener('run', (event) => ran(JSON.parse(event.data)));
  };
  const close = () => {
    source?.close();
    source = null;
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  addEventListener('pagehide', close);
  addEventListener('pageshow', open);
  open();
}
