"""The demonstration: Kanzlei Muster with its people and documents, made by the agent's own ceremonies over loopback.

It has no back door: `python -m siegel.demo` starts the server, and whatever it needs it does as a person would.
"""
