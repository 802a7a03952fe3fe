"""Class codes: eight characters that survive a blackboard, a phone call and handwriting."""

import secrets

# No 0 O, 1 I L, 2 Z, 5 S, 8 B and no U beside V: what is left is never taken for another.
ALPHABET = "34679ACDEFGHJKMNPQRTVWXY"
LENGTH = 8  # 24^8 is 1.1e11 codes: with 1000 classes, one guess in 10^8 is right


def new_join_code() -> str:
    """Return a random code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def parse_join_code(typed: str) -> str | None:
    """Return a typed code as it is stored, or None when it cannot be one.

    Upper and lower case, spaces and hyphens do not matter.
    """
    code = "".join(char for char in typed if char not in " -\u2010\u2011\u2013").upper()
    is_code = len(code) == LENGTH and all(char in ALPHABET for char in code)
    return code if is_code else None


def spaced(code: str) -> str:
    """Return the code in two groups, for people."""
    return f"{code[:4]}-{code[4:]}"
