"""How a headline is worded: its letters, what a desk adds to it, quotes, Hanja."""
