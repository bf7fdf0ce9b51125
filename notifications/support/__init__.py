"""What support staff do by hand: find a person in everything that is stored, and erase them."""
