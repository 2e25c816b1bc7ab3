"""What if we knew everything about a company's customers?

`live` lets the customers of a company live their lives and returns what the company sees (customers and
orders) beside what only the maker of a world can know (truth_customers). Read on in this order: scenario.py
(the numbers of a company), philox.py (chance as a function), quantiles.py (gamma and beta draws),
encounters.py (the loop through which every customer lives), people.py (names), truth.py (what is true of a
customer), company.py (all of it put together), make.py (written to disk, at any size).
"""

from datasets.world.company import LARGEST_CUSTOMER_ID as LARGEST_CUSTOMER_ID
from datasets.world.company import Rhythm as Rhythm
from datasets.world.company import World as World
from datasets.world.company import live as live
from datasets.world.company import live_rhythm as live_rhythm
from datasets.world.scenario import Scenario as Scenario
from datasets.world.scenario import load_scenario as load_scenario
from datasets.world.scenario import scenarios as scenarios
