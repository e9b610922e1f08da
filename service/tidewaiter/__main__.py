"""`python -m tidewaiter` is `tidewaiter`."""

from tidewaiter.cli import main

if __name__ == "__main__":
    main()
