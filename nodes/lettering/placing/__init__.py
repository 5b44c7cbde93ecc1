"""Where a title reads best in a picture: what is calm there, what must stay seen, what a genre's readers expect."""
