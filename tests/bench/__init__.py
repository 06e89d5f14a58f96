"""`make bench`: speed, each figure beside what it is measured against in the same run."""
