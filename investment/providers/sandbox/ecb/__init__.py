"""The European Central Bank in the sandbox."""
