"""What is practised?  Exercises are folders below this one; the first of them are still to be written."""
