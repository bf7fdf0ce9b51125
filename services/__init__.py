"""Who sends: organisations, people, services, keys, senders, limits."""
