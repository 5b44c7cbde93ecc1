"""Which regions are meant, and how they become a mask."""
