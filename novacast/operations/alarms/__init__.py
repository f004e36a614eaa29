"""What a person should look at, found by itself: kept as rows, told once, shown until it is over."""
