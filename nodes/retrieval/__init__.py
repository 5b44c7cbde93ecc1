"""What a picture says: which prompt would draw it, which style it is, which words of a prompt it did not draw."""

from .folder_clip import FolderClip

__all__ = ["FolderClip"]
