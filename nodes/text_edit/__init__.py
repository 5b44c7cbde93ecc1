"""Rewrite a word in a picture in the picture's own style, with DiffSTE."""
