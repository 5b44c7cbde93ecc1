"""A picture becomes a printed book cover: typeset titles, print files."""
