"""Learning StoryGen's image attention from stories."""
