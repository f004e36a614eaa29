"""After a restore nothing is sold until it is known what was paid for since the backup."""
