"""The door to ComfyUI: what every face shares, and the only place that names ComfyUI's own modules."""
