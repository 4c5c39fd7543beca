"""nas_engine: spaces, operators, strategies, trainers, estimators, tasks and runs of Spacewright.

Importing the package does not import torch; only building or training a network does.
"""

__version__ = "0.1.0"
