"""Small random models in the exact layouts of public files."""
