"""What the relay hears on the bus, checked and put in its own words. Protobuf stops here."""
