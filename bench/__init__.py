"""Figures: ratios against named peers, measured in the same run. Not tests: a missed goal fails nothing."""
