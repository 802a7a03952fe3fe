"""Who is calling, and what they may do: persons, memberships, sessions, one-time links, devices."""
