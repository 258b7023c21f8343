// Buttons that copy the text beside them.
const status = document.getElementById('status');

export function say(text) {
  if (!status) return;
  status.textContent = '';
  // A text that is the same again would not be read out.
  requestAnimationFrame(() => { status.textContent = text; });
}

export function equipCopies(root) {
  for (const button of root.querySelectorAll('button.copy')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const source = button.parentElement.querySelector('[data-copied]');
      try {
        await navigator.clipboard.writeText(source.textContent);
        button.textContent = 'Copied';
        say('Copied');
      } catch {
        getSelection().selectAllChildren(source);
        say('Selected. Copy it with the keys of your system.');
      }
      setTimeout(() => { button.textContent = 'Copy'; }, 1600);
    });
  }
}

equipCopies(document);
