"""The description of the API: ``/v2/openapi.json`` for programs, ``/v2/docs`` for people."""
