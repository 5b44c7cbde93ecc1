"""Where is text in a picture: engines find regions, rules choose among them, shapes become a mask."""
