"""The part of the management API that shows what became of messages, one module a resource."""
