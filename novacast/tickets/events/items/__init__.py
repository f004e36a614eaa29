"""Kinds of tickets: their shapes, and what may be changed of one."""
