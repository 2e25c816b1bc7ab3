"""The command line of datasets: `python -m datasets make …`."""

import argparse
import sys

from datasets.world import make


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand. Returns the exit status: 0, or 2 for bad input."""
    parser = argparse.ArgumentParser(prog="python -m datasets", description="Where customers come from.")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    make.add_parser(subparsers)
    args = parser.parse_args(arguments)
    return args.run(args)


if __name__ == "__main__":
    sys.exit(main())
