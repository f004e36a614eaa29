"""Views: how often a video was really watched."""
