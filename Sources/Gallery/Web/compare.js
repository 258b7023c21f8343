// Two pictures in one place: a slider between them, or their difference.
for (const box of document.querySelectorAll('[data-compare]')) {
  const range = box.querySelector('input[type=range]');
  const difference = box.querySelector('[data-difference]');
  const stage = box.querySelector('.stage');
  const again = box.querySelector('.again');
  box.classList.add('over');
  box.querySelector('.controls').hidden = false;
  const show = () => {
    stage.classList.toggle('difference', difference.checked);
    range.disabled = difference.checked;
    again.style.clipPath = difference.checked ? '' : `inset(0 0 0 ${range.value}%)`;
  };
  range.addEventListener('input', show);
  difference.addEventListener('change', show);
  show();
}
