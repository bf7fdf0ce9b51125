"""Keep threads apart in the libraries that read and lay out PDFs: they are made for one."""

from threading import Lock

one_at_a_time = Lock()
