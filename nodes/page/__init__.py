"""What all of printing shares: sizes in mm and pixels, colours, profiles; its files may be imported from anywhere."""
