"""The web layer that all apps share."""
