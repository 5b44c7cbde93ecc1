// A form (App mode) says of a failed run only that a node failed; what was wrong and what to do is written on the node,
// which nobody sees there. So an app of ours says it where the person looks.
import { app } from "../../scripts/app.js";

app.registerExtension({
  name: "dancheong.FormErrors",

  setup() {
    app.api.addEventListener("execution_error", ({ detail }) => {
      const workflow = app.extensionManager.workflow.activeWorkflow;
      const isForm = (workflow?.activeMode ?? workflow?.initialMode) === "app";
      if (!isForm || !app.graph.extra?.dancheongApp) return;
      const summary = app.graph.getNodeById(detail.node_id)?.getTitle() ?? detail.node_type;
      app.extensionManager.toast.add({ severity: "error", summary, detail: detail.exception_message });
    });
  },
});
