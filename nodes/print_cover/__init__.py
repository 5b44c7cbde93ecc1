"""A picture becomes a printed book cover: trim sizes, typeset titles, print files."""
