// Says why the picture of an image is not shown. Without this, its alternative text stands in its place.
for (const picture of document.querySelectorAll('.picture img')) {
  const lose = async () => {
    const figure = picture.closest('.picture');
    const caption = figure.querySelector('.gone');
    figure.classList.add('lost');
    const answer = await fetch(picture.src).catch(() => null);
    if (answer && !answer.ok) caption.textContent = await answer.text();
    else await answer?.body?.cancel();
  };
  // It may have failed before this was here.
  if (picture.complete && picture.naturalWidth === 0) lose();
  else picture.addEventListener('error', lose, { once: true });
}
