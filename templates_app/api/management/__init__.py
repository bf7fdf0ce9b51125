"""The management API of templates, one module a resource."""
