"""The table of contents: every node of the pack, in the order in which the menu lists them.

A capability is one folder; its `nodes.py` is its face. Importing this file loads none of them.
"""

NODES = (
    ("korean_clip", "LoadKoreanCLIP"),
    ("topic_prompt", "LoadTopicPrompt"),
    ("topic_prompt", "EncodeTopicText"),
    ("text_mask", "OCRTextMask"),
    ("erase", "LoadInpaintModel"),
    ("erase", "EraseMasked"),
    ("erase", "EraseText"),
    ("text_edit", "LoadDiffSTE"),
    ("text_edit", "EditText"),
    ("upscale", "LoadUpscaleModel"),
    ("upscale", "UpscaleToSize"),
    ("upscale", "UpscaleToFile"),
    ("upscale", "TestSeams"),
    ("watermark", "LearnWatermark"),
    ("watermark", "SaveWatermark"),
    ("watermark", "LoadWatermark"),
    ("watermark", "CleanWatermark"),
    ("news", "LoadNewsDataset"),
    ("curation", "CurateNews"),
    ("curation", "ScoreRelevance"),
    ("news", "CleanHeadline"),
    ("cover_prompt", "CoverPrompt"),
    ("print_cover", "TrimSize"),
    ("lettering", "TypesetTitle"),
    ("lettering", "PlaceTitle"),
    ("lettering", "Reletter"),
    ("cover_flat", "CoverFlatSize"),
    ("cover_flat", "ComposeCoverFlat"),
    ("print_cover", "SavePrint"),
)
