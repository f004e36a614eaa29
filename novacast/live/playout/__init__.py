"""Videos put on air as if they were live: a premiere, a playlist round the clock, a clip in place of the slate."""
