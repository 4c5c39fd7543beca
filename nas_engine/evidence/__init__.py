"""Evidence: what a few scores let one say, and how surely. Statistics without torch and without spaces."""

from nas_engine.evidence.distribution import ErrorDistribution, Figures, band, error_distribution, figures
from nas_engine.evidence.interval import FEWEST, LEVEL, Interval, bootstrap
from nas_engine.evidence.rank_correlation import RankCorrelation, kendall, rank_correlation, spearman
from nas_engine.evidence.superiority import Superiority, superiority

__all__ = [
    "FEWEST",
    "LEVEL",
    "ErrorDistribution",
    "Figures",
    "Interval",
    "RankCorrelation",
    "Superiority",
    "band",
    "bootstrap",
    "error_distribution",
    "figures",
    "kendall",
    "rank_correlation",
    "spearman",
    "superiority",
]
