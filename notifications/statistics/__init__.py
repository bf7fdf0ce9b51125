"""Figures: how often a template was used."""
