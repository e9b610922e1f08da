"""Everything that reads what others wrote, fed with damaged and hostile input: no crash, no hang, no silent loss.

The normal suite runs a short form (tests/property/test_fuzz.py); `python -m tests.fuzz`, or `make fuzz`, the long one.
"""
