"""The wires that are the pack's own, each named once, and the class of what travels on it."""

from typing import Any

from .api import io

TRIM: Any = io.Custom("DANCHEONG_TRIM")
"""A printed page: `page.trim.Trim`."""
FLAT: Any = io.Custom("DANCHEONG_FLAT")
"""The whole cover of a book as one sheet: `cover_flat.flat.Flat`."""
TYPE: Any = io.Custom("DANCHEONG_TYPE")
"""Words as outlines, beside the picture that they are set on: `page.lettered.Lettered`."""
TOPIC: Any = io.Custom("DANCHEONG_TOPIC")
"""A learned topic prompt: `topic_prompt.topic_file.Topic`."""
DIFFSTE: Any = io.Custom("DANCHEONG_DIFFSTE")
"""A loaded DiffSTE: `text_edit.comfy_load.TextEditor`."""
WATERMARK: Any = io.Custom("DANCHEONG_WATERMARK")
"""An agency's learned mark: `watermark.mark.Watermark`."""
INPAINT_MODEL: Any = io.Custom("DANCHEONG_INPAINT_MODEL")
"""A loaded inpainting network: `erase.comfy_lama.InpaintModel`."""
STORYGEN: Any = io.Custom("DANCHEONG_STORYGEN")
"""A loaded StoryGen: `story.comfy_load.StoryGen`."""
STORY_REFERENCES: Any = io.Custom("DANCHEONG_STORY_REFERENCES")
"""The pictures that the next one looks at: `story.comfy_references.References`."""
LOSSES: Any = io.Custom("LOSS_MAP")
"""ComfyUI's own, of Train LoRA: a dict whose `loss` is a list, one a step."""
LORA: Any = io.Custom("LORA_MODEL")
"""ComfyUI's own, of Train LoRA: the tensors of a LoRA by name."""
STORYBOARD: Any = io.Custom("DANCHEONG_STORYBOARD")
"""The frames of a story on one canvas: `storyboard.board.Board`."""
