"""Work on videos and their room on the disk, of all organizations, as those who run the server see them."""
