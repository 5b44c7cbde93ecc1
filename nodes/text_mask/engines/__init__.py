"""What can see text: PP-OCR's detector, CRAFT, keras-ocr in a process of its own, and the recognisers that read."""

ENGINES = ("auto", "rapidocr", "craft", "keras-ocr")
"""What a user can choose; "auto" tries the others in this order: the one without further files first."""
