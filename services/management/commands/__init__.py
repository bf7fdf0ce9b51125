"""Commands: verb_noun, one use case each."""
