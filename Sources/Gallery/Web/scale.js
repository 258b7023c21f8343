// How large pictures are drawn. 100 % is one pixel of the picture on one pixel of the screen, of which a CSS pixel may have several.

/// Where twice the picture fits, draws it a whole number of times as large, so that all of its pixels are squares of the same size. All others
/// are as large as the style sheet has them.
export function enlarge(picture, width, height) {
  const most = Math.min(width / picture.naturalWidth, height / picture.naturalHeight);
  const isSmall = picture.naturalWidth > 0 && most >= 2;
  picture.style.width = isSmall ? `${picture.naturalWidth * Math.floor(most * devicePixelRatio) / devicePixelRatio}px` : '';
}

const watch = new ResizeObserver((entries) => {
  for (const { target } of entries) target.classList.toggle('squares', target.clientWidth >= 2 * target.naturalWidth);
});

/// From twice its size on, a picture's pixels are shown as they are, and not smoothed.
export const sharpen = (picture) => watch.observe(picture);

for (const picture of document.querySelectorAll('.stage img, .beside img')) sharpen(picture);

const shown = document.querySelector('.picture img');
if (shown) {
  const place = shown.closest('.picture');
  const draw = () => {
    const { paddingLeft, paddingTop } = getComputedStyle(place);
    enlarge(shown, place.clientWidth - 2 * parseFloat(paddingLeft), innerHeight - 2 * parseFloat(paddingTop));
  };
  sharpen(shown);
  shown.addEventListener('load', draw);
  addEventListener('resize', draw);
  draw();
}
