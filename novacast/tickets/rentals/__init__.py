"""Videos that are sold: for good, or for some hours from the first play."""
