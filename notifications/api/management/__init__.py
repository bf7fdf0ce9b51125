"""The part of the management API that shows messages and what became of them, one module a resource."""
