"""Programmes that ended, and clips of them, made videos: the folder is moved and rows are written, nothing else."""
