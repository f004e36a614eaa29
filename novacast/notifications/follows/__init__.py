"""Houses and channels that people follow, which is how they ask to be told of what goes on there."""
