"""Mail that leaves the house: queued with the fact it tells of, sent by the worker, tried again until it is through."""
