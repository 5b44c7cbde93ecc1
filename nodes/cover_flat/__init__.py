"""The whole cover of a book as one flat sheet: wing, back, spine, front, wing."""
