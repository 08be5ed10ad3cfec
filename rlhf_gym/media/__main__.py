"""``python -m rlhf_gym.media RUN`` draws the clips of a run."""

import sys

from rlhf_gym.media.process import main

sys.exit(main(sys.argv[1:]))
