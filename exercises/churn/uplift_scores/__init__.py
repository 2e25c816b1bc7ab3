"""How far does a call move each customer?  Scores from a campaign by lot, judged by their Qini."""
