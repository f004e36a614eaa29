"""People, how they prove who they are, and the organizations they work for."""
