// The editor translates the names of inputs, but not yet the options of a list, true and false, nor the hint in an empty
// text field. Its widgets ask for them, though; here they get those of locales/*/nodeDefs.json. What is stored and
// queued stays the plain value.
import { app } from "../../scripts/app.js";

const PREFIX = "Dancheong";
let translations = {};

function spoken(find) {
  const language = app.extensionManager.setting.get("Comfy.Locale");
  return find(translations[language]) ?? find(translations.en);
}

app.registerExtension({
  name: "dancheong.OptionLabels",

  async init() {
    translations = await (await app.api.fetchApi("/i18n")).json();
  },

  nodeCreated(node) {
    const type = node.comfyClass;
    if (!type?.startsWith(PREFIX)) return;
    for (const widget of node.widgets ?? []) {
      const input = (words) => words?.nodeDefs?.[type]?.inputs?.[widget.name];
      if (widget.type === "combo") {
        widget.options.getOptionLabel = (value) => spoken((words) => input(words)?.options?.[value]) ?? value ?? "";
      } else if (widget.type === "toggle") {
        widget.options.on ??= spoken((words) => words?.dancheong?.on);
        widget.options.off ??= spoken((words) => words?.dancheong?.off);
      } else if (widget.element?.placeholder) {
        widget.element.placeholder = spoken((words) => input(words)?.name) ?? widget.element.placeholder;
      }
    }
  },
});
