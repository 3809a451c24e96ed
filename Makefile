# run: the demo on http://127.0.0.1:8000 · test: every check and test · check: only the quick checks · bench: the figures
.PHONY: run test check bench
