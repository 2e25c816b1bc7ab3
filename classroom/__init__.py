"""Who practised, and what they did: the learner's cookie and the store of their events."""
