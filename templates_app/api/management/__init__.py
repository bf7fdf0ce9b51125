"""The part of the management API that is about what is sent: templates, versions, folders."""
