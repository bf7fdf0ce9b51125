"""Words that templates of several apps' pages need."""
