"""The command line: one module per noun, loaded when that noun is called and not before."""
