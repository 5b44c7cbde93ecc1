// What an app of the pack adds to ComfyUI's App mode, which shows a workflow as a form.
import { app } from "../../scripts/app.js";

let translations = {};

function isForm() {
  const workflow = app.extensionManager.workflow.activeWorkflow;
  return /^(app|builder)/.test(workflow?.activeMode ?? workflow?.initialMode);
}

// A form calls its fields as nodes call their inputs, or by a name that is written into the file in one language. An app
// names them by locales/*/main.json, in the language of whoever opens it; in the graph a node's input stays what the
// help pages call it, and a field that the user has renamed keeps that name everywhere.
function nameInForms(widget, name) {
  const kind = Object.getPrototypeOf(widget); // its accessor is what the editor listens to
  const before = widget.label;
  Object.defineProperty(widget, "label", {
    configurable: true,
    get() {
      const label = Reflect.get(kind, "label", widget);
      return isForm() && label === before ? name : label;
    },
    set(label) {
      Reflect.set(kind, "label", label, widget);
    },
  });
}

app.registerExtension({
  name: "dancheong.Apps",

  async init() {
    translations = await (await app.api.fetchApi("/i18n")).json();
  },

  // A form says of a failed run only that a node failed; the sentence is written on the node, which nobody sees there.
  setup() {
    app.api.addEventListener("execution_error", ({ detail }) => {
      if (!isForm() || !app.graph.extra?.dancheongApp) return;
      const summary = app.graph.getNodeById(detail.node_id)?.getTitle() ?? detail.node_type;
      app.extensionManager.toast.add({ severity: "error", summary, detail: detail.exception_message });
    });
  },

  afterConfigureGraph() {
    const { dancheongApp, linearData } = app.graph.extra ?? {};
    const language = app.extensionManager.setting.get("Comfy.Locale");
    const labels = (translations[language]?.dancheong ?? translations.en.dancheong).apps[dancheongApp]?.inputs;
    if (!labels) return;
    for (const [place, name, { name: field } = {}] of linearData?.inputs ?? []) {
      const parts = String(place).split(":");
      const node = app.graph.getNodeById(parts.length === 3 ? parts[1] : place); // once saved: graph:node:widget
      const renamed = node?.inputs?.find((input) => input.widget?.name === name)?.label;
      const widget = node?.widgets?.find((widget) => widget.name === name);
      if (widget && !renamed && labels[field]) nameInForms(widget, labels[field]);
    }
  },
});
