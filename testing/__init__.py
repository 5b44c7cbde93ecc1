"""What tests and benchmarks share: ComfyUI in the process, tiny models, references, scenes.

Not part of what is installed.
"""
