"""A cell at home: five services in one process, relays and the bus as children."""
