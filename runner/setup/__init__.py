"""What must be there before anything runs: ComfyUI, models, engines."""
