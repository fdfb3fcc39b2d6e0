"""Massive's endpoints: each takes a call and returns the answer's body, or raises ``Refused``."""
