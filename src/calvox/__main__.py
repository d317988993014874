"""`python -m calvox` is `calvox`."""

from calvox.cli.main import main

main()
