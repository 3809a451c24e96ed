from pathlib import Path

SOURCE = Path(__file__).parents[2]
