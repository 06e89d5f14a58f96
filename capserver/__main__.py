"""The `capserver` command, also as `python -m capserver`."""

from capserver.cli.root import capserver


def main() -> None:
    """Run the command line."""
    capserver(prog_name="capserver")


if __name__ == "__main__":
    main()
