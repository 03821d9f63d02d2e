"""SQL, and only SQL. Every query for owned rows takes the owner's id."""
