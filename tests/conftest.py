"""What all tests share: long runs stay out of `make test`."""

import os

collect_ignore = [] if os.environ.get("CALVOX_SOAK") else ["soak"]
