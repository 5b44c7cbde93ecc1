import json
import time
import urllib.parse
import urllib.request
from pathlib import Path

SERVER = "http://127.0.0.1:8188"


def call(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(SERVER + path, data) as answer:
        return json.load(answer)


prompt = json.loads(Path("workflows/api/remove_text.json").read_text(encoding="utf-8"))
prompt["3"]["inputs"]["image"] = "cover.png"  # in ComfyUI's input folder
queued = call("/prompt", {"prompt": prompt})
assert not queued["node_errors"], queued["node_errors"]  # ComfyUI accepts a prompt even where only a part of it can run
while not (history := call(f"/history/{queued['prompt_id']}")):
    time.sleep(1)
job = history[queued["prompt_id"]]
assert job["status"]["status_str"] == "success", job["status"]["messages"]
for output in job["outputs"].values():
    for file in output.get("images", []):
        urllib.request.urlretrieve(f"{SERVER}/view?{urllib.parse.urlencode(file)}", file["filename"])
