"""What if we knew everything about a company's customers?

`live` lets the customers of a company live their lives and returns what the company sees beside what only the maker
of a world can know. datasets/README.md explains the engine. Read on in this order: scenario.py and causes.py (the
numbers of a company), policy.py (what management decides), draws.py and philox.py (chance as a function), traits.py
(what a customer is born with), calendar.py (the days), lives.py (what is kept), one_encounter.py and encounters.py
(the loop through which every customer lives), history.py (all customers, and whom they bring), company.py (the
tables), replay.py (the same people under another policy), make.py (written to disk, at any size).
"""

from datasets.world.causes import Causes as Causes
from datasets.world.company import Rhythm as Rhythm
from datasets.world.company import World as World
from datasets.world.company import live as live
from datasets.world.company import live_rhythm as live_rhythm
from datasets.world.policy import Policy as Policy
from datasets.world.scenario import Scenario as Scenario
from datasets.world.scenario import load_scenario as load_scenario
from datasets.world.scenario import scenarios as scenarios
