"""Questions for those who arrange: written, put in order, answered."""
