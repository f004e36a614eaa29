"""What those who move money tell of by themselves: kept first, answered, and worked on afterwards."""
