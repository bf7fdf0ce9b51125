"""One click, or one page and one button, and a service is asked to write no more."""
