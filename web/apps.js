// What an app of the pack adds to ComfyUI's App mode, which shows a workflow as a form.
import { app } from "../../scripts/app.js";

let translations = {};

// What locales/*/main.json say of an app, in the language of whoever opens it; nothing of other workflows.
function told(name) {
  const language = app.extensionManager.setting.get("Comfy.Locale");
  return (translations[language]?.dancheong ?? translations.en?.dancheong)?.apps[name];
}

function mode() {
  const workflow = app.extensionManager.workflow.activeWorkflow;
  return workflow?.activeMode ?? workflow?.initialMode; // neither, as long as the editor opens it
}

function isForm() {
  return /^(app|builder)/.test(mode());
}

function addressAsksForForm(name) {
  const asked = new URLSearchParams(location.search);
  return asked.get("template") === name && asked.get("mode") === "linear";
}

// A form's title is its file's name: a template's is what the job is called. The next app that is chosen in a form is a
// form, too, and whatever opens by its address as one is so from the start.
function nameAndShow({ name: action, args, after }) {
  if (action !== "createNewTemporary") return;
  const [file, workflow] = args;
  const name = workflow?.extra?.dancheongApp;
  const job = told(name);
  if (!job || file !== `${name}.json`) return;
  args[0] = `${job.name}.json`;
  if (!isForm() && !addressAsksForForm(name)) return;
  workflow.extra.linearMode = true;
  after((opened) => (opened.activeMode = "app"));
}

// A reload, the back button and a saved file open again what was seen: the form, or the graph. While the editor opens a
// workflow, what it says itself stays.
function keepView(saved) {
  const seen = app.extensionManager.workflow.activeWorkflow?.activeState;
  if (saved.extra?.dancheongApp && seen?.id === saved.id && mode()) saved.extra.linearMode = isForm();
}

// A form calls its fields as nodes call their inputs, or by a name that is written into the file in one language. An app
// names them by locales/*/main.json; in the graph a node's input stays what the help pages call it, and a field that the
// user has renamed keeps that name everywhere.
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

// A form says of a run that failed or was refused only that a node did so; the sentence is written on the node, which
// nobody sees there.
function say(node, sentence) {
  if (!isForm() || !app.graph.extra?.dancheongApp) return;
  const summary = app.graph.getNodeById(node)?.getTitle();
  app.extensionManager.toast.add({ severity: "error", summary, detail: sentence });
}

function sayRefusals(nodes) {
  for (const [node, { errors }] of Object.entries(nodes ?? {})) {
    const own = errors.filter(({ type }) => type === "custom_validation_failed");
    new Set(own.map(({ details }) => details.replace(/^\w+ - /, ""))).forEach((sentence) => say(node, sentence));
  }
}

app.registerExtension({
  name: "dancheong.Apps",

  async init() {
    translations = await (await app.api.fetchApi("/i18n")).json();
  },

  setup() {
    app.extensionManager.workflow.$onAction(nameAndShow);
    const before = app.graph.onSerialize;
    app.graph.onSerialize = function (saved) {
      before?.call(this, saved);
      keepView(saved);
    };
    app.api.addEventListener("execution_error", ({ detail }) => say(detail.node_id, detail.exception_message));
    const queue = app.api.queuePrompt; // no event tells of a refusal
    app.api.queuePrompt = async function (...prompt) {
      try {
        return await queue.apply(this, prompt);
      } catch (error) {
        sayRefusals(error.response?.node_errors);
        throw error;
      }
    };
  },

  afterConfigureGraph() {
    const { dancheongApp, linearData } = app.graph.extra ?? {};
    const labels = told(dancheongApp)?.inputs;
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
