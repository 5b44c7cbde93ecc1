"""An agency's mark: learned from the pictures that carry it, and un-blended from them and from others."""
