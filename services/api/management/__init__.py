"""The management API: what people and programs set up with it, one module a resource."""
