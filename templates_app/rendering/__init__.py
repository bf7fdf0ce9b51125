"""Rendering: a template and its values become a message. Pure: values in, values out."""
