// A form (App mode) calls its fields as nodes call their inputs, or by a name that is written into the file in one
// language. An app of ours names its fields by locales/*/main.json instead, in the language of whoever opens it. Where
// the user has renamed a field, that name stays.
import { app } from "../../scripts/app.js";

let translations = {};

app.registerExtension({
  name: "dancheong.AppLabels",

  async init() {
    translations = await (await app.api.fetchApi("/i18n")).json();
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
      if (widget && !renamed) widget.label = labels[field] ?? widget.label;
    }
  },
});
