"""What tickets open beside doors: a programme on air, its recording, and the talk around them."""
