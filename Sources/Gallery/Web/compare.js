// Two pictures in one place: a slider between them, or their difference.
for (const box of document.querySelectorAll('[data-compare]')) {
  const range = box.querySelector('input[type=range]');
  const difference = box.querySelector('[data-difference]');
  const over = box.querySelector('[data-over]');
  const stage = box.querySelector('.stage');
  const again = box.querySelector('.again');
  box.querySelector('.controls').hidden = false;
  const show = () => {
    const isOver = !over || over.checked;
    box.classList.toggle('over', isOver);
    difference.disabled = !isOver;
    range.disabled = !isOver || difference.checked;
    stage.classList.toggle('difference', isOver && difference.checked);
    again.style.clipPath = range.disabled ? '' : `inset(0 0 0 ${range.value}%)`;
  };
  range.addEventListener('input', show);
  difference.addEventListener('change', show);
  over?.addEventListener('change', show);
  show();
}
