"""The tools that install and measure."""
