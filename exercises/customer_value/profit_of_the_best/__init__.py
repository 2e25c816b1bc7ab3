"""Which share of the profit do the best two of ten accounts bring?"""
