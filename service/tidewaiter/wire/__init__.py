"""CloudEvents, chain links and signatures: bytes in and out. Knows no broker."""
