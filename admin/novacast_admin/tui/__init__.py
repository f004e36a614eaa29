"""The operator's console (`novacast admin`): screens over the admin API."""
