"""One loop for all that learns: a task gives what learns, a batch's loss and what is measured."""

from .latent_store import LatentStore
from .loop import Task, train
from .outcome import Outcome
from .plan import Plan
from .runs import LONGEST, named, table
from .together import Peers, peers

__all__ = ["LONGEST", "LatentStore", "Outcome", "Peers", "Plan", "Task", "named", "peers", "table", "train"]
