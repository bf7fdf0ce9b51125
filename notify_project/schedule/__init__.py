"""Everything that happens because it is time: one list, one loop, one row for each slot."""
