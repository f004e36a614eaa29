"""Where the makers of videos work: upload, follow, edit, delete."""
