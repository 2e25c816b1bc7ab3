"""From a person who was reached to an advocate: the customer ladder as a Markov chain."""
