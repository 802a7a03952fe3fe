"""Background work: rows are the truth, the queue delivers ids, attempts are fenced."""
