"""``python -m rlhf_gym.media RUN`` draws the clips of a run."""

import sys

from rlhf_gym.basics.quick_imports import quick_imports

with quick_imports():
    from rlhf_gym.media.process import main

sys.exit(main(sys.argv[1:]))
