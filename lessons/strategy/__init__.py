"""How a company brings CRM in, and tells whether it worked."""
