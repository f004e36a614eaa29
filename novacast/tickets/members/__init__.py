"""What members of the house have at its box office: prices of their own, and a sale that opens earlier."""
