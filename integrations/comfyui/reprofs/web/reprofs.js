// ReproFS in ComfyUI's page: a tab with the last outputs and their grades, and entries in the menus of image nodes.
//
// Everything from the server is inserted as text. Images are identified as in ComfyUI, and snapshots by their ids.
import { app } from "../../scripts/app.js";
import { api } from "../../scripts/api.js";

// Grades have a shape and a word, since colour alone is not enough.
const MARKS = {
  verified: ["✔", "verified", "It was made again, pixel by pixel."],
  full: ["●", "full", "Everything that it was made from is known and kept."],
  approximate: ["◐", "approximate", "It cannot be made again with certainty; its recipe says why."],
  partial: ["○", "partial", "Something that it was made from is missing; its recipe says what."],
  none: ["…", "not recorded", "ReproFS has not recorded this image, or not yet."],
  away: ["?", "unknown", "ReproFS is not mounted, so its grade cannot be looked up."],
};
const AWAY =
  "ReproFS is not mounted, so nothing is recorded. Mount the store, and start ComfyUI with its models from there:";
const START = "reprofs mount ~/reprofs\npython main.py --extra-model-paths-config ~/reprofs/active/extra_model_paths.yaml";
const STYLE = `
.reprofs { display: flex; flex-direction: column; gap: 8px; height: 100%; overflow: auto; padding: 12px; box-sizing: border-box;
  color: var(--input-text, #ddd); font-size: 13px; }
.reprofs h2 { font-size: 15px; margin: 0; flex: 1; }
.reprofs header, .reprofs-buttons { display: flex; gap: 6px; align-items: center; flex-wrap: wrap; }
.reprofs ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 8px; }
.reprofs li { display: grid; grid-template-columns: 72px 1fr; gap: 8px; border: 1px solid var(--border-color, #555); border-radius: 6px;
  padding: 6px; }
.reprofs img { width: 72px; height: 72px; object-fit: cover; border-radius: 4px; background: var(--comfy-input-bg, #222); }
.reprofs-name { overflow-wrap: anywhere; }
.reprofs button, .reprofs-dialog button { font: inherit; min-height: 26px; padding: 2px 8px; border-radius: 4px; cursor: pointer;
  border: 1px solid var(--border-color, #666); background: var(--comfy-input-bg, #222); color: var(--input-text, #ddd); }
.reprofs button:focus-visible, .reprofs-dialog button:focus-visible { outline: 2px solid #4aa3ff; outline-offset: 1px; }
.reprofs pre, .reprofs-dialog pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; padding: 8px; border-radius: 4px;
  background: var(--comfy-input-bg, #222); font-size: 12px; }
.reprofs-dialog { width: min(760px, 92vw); max-height: 86vh; border: 1px solid var(--border-color, #666); border-radius: 8px;
  background: var(--comfy-menu-bg, #353535); color: var(--input-text, #ddd); font-size: 13px; padding: 16px; }
.reprofs-dialog::backdrop { background: rgb(0 0 0 / 60%); }
.reprofs-dialog h2 { font-size: 15px; margin: 0 0 8px; }
.reprofs-dialog pre { max-height: 56vh; overflow: auto; margin-bottom: 12px; }
`;
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

function element(name, { text, className, ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function button(text, action, label = text) {
  const made = element("button", { text, type: "button", "aria-label": label });
  made.addEventListener("click", action);
  return made;
}

async function ask(what, options) {
  const answer = await api.fetchApi(`/reprofs/${what}`, { cache: "no-store", ...options });
  let told;
  try {
    told = await answer.json();
  } catch {
    throw new Error("The node pack does not answer. Is it switched off (REPROFS_CAPTURE=off), or was ComfyUI not started anew?");
  }
  if (!answer.ok) throw new Error(told.problem ?? `ComfyUI answers with ${answer.status}.`);
  return told;
}

const send = (what, body) =>
  ask(what, { method: "POST", headers: { "Content-Type": "application/json", "X-ReproFS": "1" }, body: JSON.stringify(body) });
const query = ({ filename, subfolder, type }) => new URLSearchParams({ filename, subfolder: subfolder ?? "", type: type ?? "output" });
const recipe = (image) => ask(`recipe?${query(image)}`);

/// Shows a dialog; resolves to the text of the pressed button, or to "" if the dialog was closed.
function dialog(title, text, ...choices) {
  return new Promise((resolve) => {
    const made = element("dialog", { className: "reprofs-dialog", "aria-label": title });
    const buttons = choices.map((choice) => button(choice, () => made.close(choice)));
    made.append(element("h2", { text: title }), element("pre", { text, tabindex: "0" }));
    made.append(element("div", { className: "reprofs-buttons" }, ...buttons));
    // ComfyUI must not handle the dialog's keys.
    made.addEventListener("keydown", (event) => event.stopPropagation());
    made.addEventListener("close", () => {
      resolve(made.returnValue);
      made.remove();
    });
    document.body.append(made);
    made.showModal();
    buttons[0]?.focus();
  });
}

const complain = (error) => dialog("ReproFS", error.message, "Close");

async function showRecipe(image) {
  try {
    const told = await recipe(image);
    const pressed = await dialog(`Recipe of ${told.name}`, told.card, "Close", "Reproduce…", "Vary the seed ×4…", "Copy the command");
    if (pressed === "Copy the command") await navigator.clipboard?.writeText(told.run);
    if (pressed === "Reproduce…") await confirmRun("reproduce", told);
    if (pressed === "Vary the seed ×4…") await confirmRun("vary", told);
  } catch (error) {
    await complain(error);
  }
}

async function run(kind, image) {
  try {
    await confirmRun(kind, await recipe(image));
  } catch (error) {
    await complain(error);
  }
}

async function confirmRun(kind, told) {
  const [title, what, yes] =
    kind === "reproduce"
      ? ["Reproduce", "is made again on this ComfyUI from its pinned bytes, and its pixels are compared.", "Reproduce"]
      : ["Vary the seed", "is made again on this ComfyUI with the next four seeds; the pictures and a contact sheet go to its output.", "Vary"];
  const text =
    `${told.name} ${what}\n\nThis runs the nodes of its graph, with their code, and takes as long as that took. Meanwhile the models that ` +
    "this ComfyUI sees are those of the image; they are put back at the end.\n\nGrade now: " + `${told.verified ? "verified" : told.grade}`;
  if ((await dialog(title, text, "Cancel", yes)) !== yes) return;
  await send(kind, { id: told.snapshot });
  app.extensionManager.toast?.add({ severity: "info", summary: "ReproFS", detail: "The run has begun; its tab shows how it goes.", life: 5000 });
  view.follow();
}

/// The tab. It is rendered anew each time it is opened, and may not be in the page yet at that moment.
const view = {
  root: null,
  timer: null,

  render(root) {
    view.root = root;
    view.list = element("ul", { "aria-label": "The last outputs" });
    view.status = element("div", { role: "status", "aria-live": "polite" });
    view.progress = element("div", { role: "status", "aria-live": "polite" });
    const head = element("header", {}, element("h2", { text: "ReproFS" }), button("Refresh", () => view.refresh(), "Refresh the list"));
    root.replaceChildren(element("div", { className: "reprofs" }, head, view.status, view.progress, view.list));
    view.refresh();
    view.follow();
  },

  leave() {
    clearTimeout(view.timer);
    view.root = null;
  },

  async refresh() {
    if (!view.root) return;
    view.list.setAttribute("aria-busy", "true");
    try {
      view.show(await ask("outputs"));
    } catch (error) {
      view.status.replaceChildren(element("p", { text: error.message }));
    }
    view.list.setAttribute("aria-busy", "false");
  },

  show(told) {
    if (told.mount === null) {
      view.status.replaceChildren(element("p", { text: AWAY }), element("pre", { text: START }));
    } else {
      const count = told.images.filter((image) => image.verified || image.grade === "full").length;
      const text = `Recorded at ${told.mount}. ${count} of ${told.images.length} shown here can be made again.`;
      view.status.replaceChildren(element("p", { text: told.images.length ? text : `Recorded at ${told.mount}. There are no outputs yet.` }));
    }
    view.list.replaceChildren(...told.images.map((image) => view.row(image, told.mount === null ? "away" : "none")));
  },

  /// `unrated` is the mark of an image without a grade.
  row(image, unrated) {
    const [shape, word, meaning] = MARKS[image.verified ? "verified" : image.grade ?? unrated] ?? MARKS.none;
    const name = image.subfolder ? `${image.subfolder}/${image.filename}` : image.filename;
    const thumbnail = element("img", { src: api.apiURL(`/view?${query(image)}&preview=webp;60`), alt: `${name}, ${word}`, loading: "lazy" });
    const grade = element("span", { title: meaning, className: "reprofs-grade" }, element("span", { text: shape, "aria-hidden": "true" }), ` ${word}`);
    const buttons = element("div", { className: "reprofs-buttons" });
    if (image.snapshot) {
      buttons.append(button("Recipe", () => showRecipe(image), `Show the recipe of ${name}`));
      buttons.append(button("Reproduce…", () => run("reproduce", image), `Reproduce ${name}`));
    }
    return element("li", {}, thumbnail, element("div", {}, element("div", { text: name, className: "reprofs-name" }), grade, buttons));
  },

  /// Shows the current run until it has ended.
  async follow() {
    clearTimeout(view.timer);
    if (!view.root) return;
    let told;
    try {
      told = await ask("run");
    } catch {
      return;
    }
    if (!told.kind) return;
    const what = `${told.kind === "vary" ? "Varying" : "Reproducing"} ${told.id.slice(0, 12)}`;
    const parts = [element("p", { text: told.running ? `${what} …` : `${what}: ${told.message}` })];
    if (told.lines.length) parts.push(element("pre", { text: told.lines.join("\n") }));
    if (told.running) parts.push(button("Cancel the run", () => send("cancel", {}).catch(complain)));
    view.progress.replaceChildren(...parts);
    if (told.running) view.timer = setTimeout(view.follow, 1000);
    else if (view.wasRunning) view.refresh();
    view.wasRunning = told.running;
  },
};

/// The image that a node shows: the current one, from its address.
function imageOf(node) {
  const shown = node.imgs?.[node.imageIndex ?? 0]?.src;
  const parameters = shown ? new URL(shown, location.href).searchParams : null;
  const image = parameters?.get("filename") ? Object.fromEntries(parameters) : node.images?.[0];
  return image?.filename ? { filename: image.filename, subfolder: image.subfolder ?? "", type: image.type ?? "output" } : null;
}

app.registerExtension({
  name: "reprofs",

  getNodeMenuItems(node) {
    const image = imageOf(node);
    if (!image) return [];
    return [
      null,
      { content: "ReproFS: Show recipe", callback: () => void showRecipe(image) },
      { content: "ReproFS: Reproduce…", callback: () => void run("reproduce", image) },
      { content: "ReproFS: Vary the seed ×4…", callback: () => void run("vary", image) },
    ];
  },

  setup() {
    app.extensionManager.registerSidebarTab({
      id: "reprofs", icon: "pi pi-history", title: "ReproFS", tooltip: "ReproFS: the last outputs, and how far each can be made again",
      type: "custom", render: view.render, destroy: view.leave,
    });
    // The snapshot is made a moment after the run.
    api.addEventListener("execution_success", () => [1500, 4000, 10000].forEach((delay) => setTimeout(view.refresh, delay)));
  },
});
