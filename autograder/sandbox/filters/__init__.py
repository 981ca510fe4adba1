"""The system call filters as the kernel reads them, one file per processor: see ``generate``."""
