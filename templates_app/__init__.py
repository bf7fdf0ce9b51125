"""What is sent: templates, versions, rendering."""
