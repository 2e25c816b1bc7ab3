"""RFM analysis: recency, frequency, monetary value, and how far down the list a mailing pays."""
