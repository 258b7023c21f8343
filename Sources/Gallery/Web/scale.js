// How large pictures are drawn. 100 % is one pixel of the picture on one pixel of the screen, of which a CSS pixel may have several.

/// Where twice the picture fits, draws it a whole number of times as large, so that all of its pixels are squares of the same size. All others
/// are as large as the style sheet has them.
export function enlarge(picture, width, height) {
  const most = Math.min(width / picture.naturalWidth, height / picture.naturalHeight);
  const isSmall = picture.naturalWidth > 0 && most >= 2;
  picture.style.width = isSmall ? `${picture.naturalWidth * Math.floor(most * devicePixelRatio) / devicePixelRatio}px` : '';
}

// A picture may be smaller than its box, in one direction.
const look = (picture) => picture.classList.toggle('squares', picture.naturalWidth > 0
  && Math.min(picture.clientWidth / picture.naturalWidth, picture.clientHeight / picture.naturalHeight) >= 2);
const watch = new ResizeObserver((entries) => entries.forEach(({ target }) => look(target)));

/// From twice its size on, a picture's pixels are shown as they are, and not smoothed.
export function sharpen(picture) {
  watch.observe(picture);
  picture.addEventListener('load', () => look(picture));
}

for (const picture of document.querySelectorAll('.stage img, .beside img')) sharpen(picture);

const shown = document.querySelector('.picture img');
if (shown) {
  const place = shown.closest('.picture');
  const draw = () => {
    const { paddingLeft, paddingTop } = getComputedStyle(place);
    const height = Math.min(innerHeight, parseFloat(getComputedStyle(shown).maxHeight) || Infinity);
    enlarge(shown, place.clientWidth - 2 * parseFloat(paddingLeft), height - 2 * parseFloat(paddingTop));
  };
  sharpen(shown);
  shown.addEventListener('load', draw);
  addEventListener('resize', draw);
  draw();
}
