"""`python -m service` is `tidewaiter`."""

from service.cli import main

if __name__ == "__main__":
    main()
