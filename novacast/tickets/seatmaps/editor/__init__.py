"""Where people draw seat maps: drafts, publishing, the pages."""
