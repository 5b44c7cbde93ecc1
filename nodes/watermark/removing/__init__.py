"""Take a mark off a picture: one that was learned, or one that is known by its words."""
