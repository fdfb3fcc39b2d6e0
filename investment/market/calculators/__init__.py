"""Pure functions on arrays: no Django, no input or output."""
