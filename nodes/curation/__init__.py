"""Which articles and pictures are fit to learn from."""
