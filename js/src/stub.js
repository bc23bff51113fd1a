// The small module that every turn carries: it gets the shared runtime from a sibling model, once
// per page and version, and passes everything on. Nothing here may wait inside `initialize`:
// anywidget drops messages when that takes longer than two seconds.
const loaded = (globalThis[Symbol.for("copilot_nb.runtimes")] ??= new Map());

async function load(model) {
  const carrier = await model.widget_manager.get_model(model.get("runtime").replace("IPY_MODEL_", ""));
  const url = URL.createObjectURL(new Blob([carrier.get("code")], { type: "text/javascript" }));
  return import(url).finally(() => URL.revokeObjectURL(url));
}

function runtime(model) {
  const version = model.get("version");
  if (!loaded.has(version)) {
    loaded.set(version, load(model));
    loaded.get(version).catch(() => loaded.delete(version));
  }
  return loaded.get(version);
}

export default () => {
  let opened;
  const early = [];
  const keep = (message) => early.push(message);
  const open = (model) =>
    (opened ??= runtime(model).then((code) => {
      const sync = code.connect(model);
      model.off("msg:custom", keep);
      early.splice(0).forEach(sync.take);
      return { code, sync };
    }));
  return {
    initialize({ model }) {
      model.on("msg:custom", keep);
      open(model).catch(() => {});
    },
    async render({ model, el }) {
      const { code, sync } = await open(model);
      return code.mount(sync, model, el);
    },
  };
};
