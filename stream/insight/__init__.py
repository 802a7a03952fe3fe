"""What the class did with a lecture: events and coverage in, curves out."""
