"""What operators use: the command line and the terminal screen. The server never imports this package."""
