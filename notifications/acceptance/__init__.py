"""The checks in the order the API promises, then store, queue, count."""
