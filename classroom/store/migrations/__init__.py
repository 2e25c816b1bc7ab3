"""How the store's schema came to be, one file a step.

A step is a file `vNNNN_name.py` whose `revision` is its own file name. To change the schema, add the next
number; a step that has been released is never edited.
"""
