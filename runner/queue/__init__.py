"""Workflows through a ComfyUI queue: files and sheets in, pictures out."""
