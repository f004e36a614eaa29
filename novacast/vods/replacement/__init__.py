"""Another file for a video that keeps its address and all around it. Until it can be watched, the old one is."""
