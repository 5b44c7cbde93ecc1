"""What the pack says in the sources, and the catalogues of its translations."""
