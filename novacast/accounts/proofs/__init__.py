"""That whoever is logged in was there a moment ago, before what decides over the account."""
