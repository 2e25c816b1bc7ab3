"""What holds a customer: financial, social and structural bonds, and what each of them cannot hold."""
