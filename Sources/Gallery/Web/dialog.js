// What every dialog has: a heading that names it, its content, and a row of buttons, the last of which closes it.
export function button(text, act) {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.addEventListener('click', act);
  return made;
}

export function dialog(id, heading, content, buttons = []) {
  const box = document.createElement('dialog');
  box.id = id;
  box.setAttribute('aria-labelledby', `${id}-title`);
  const title = document.createElement('h2');
  title.id = `${id}-title`;
  title.textContent = heading;
  const row = document.createElement('p');
  row.className = 'act';
  row.append(...buttons, button('Close', () => box.close()));
  box.append(title, ...content, row);
  document.body.append(box);
  return box;
}
