"""What a browser or an account has collected to buy: baskets of performances, videos, and a membership."""
