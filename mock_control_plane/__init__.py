"""A control plane on your own machine that records everything it hears."""

__version__ = "0.1.0"
