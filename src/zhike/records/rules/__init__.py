"""Rules a company makes: what a record may not be, said in a condition, and the sentence told to whoever tries."""
