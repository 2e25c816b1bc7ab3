"""Where customers come from: a synthetic world whose truth is known, real data, the learner's own file."""
