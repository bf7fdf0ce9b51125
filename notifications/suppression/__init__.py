"""Addresses that a service's ordinary emails do not go to."""
