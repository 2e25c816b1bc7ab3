"""What does a learner see of their own work?  Practice under each topic, and the page of progress."""
