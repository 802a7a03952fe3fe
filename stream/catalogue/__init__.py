"""Classes and lectures: what exists and who may see it."""
